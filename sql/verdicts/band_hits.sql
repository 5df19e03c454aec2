-- band_hits: one row per window whose bands were tested: the first band met and whether one before it is open
with spoken as (       -- whether the mildest band of a version speaks of everything that its others speak of
    select
        p.version_id,
        count(distinct concat(p.fact, ' ', p.op)) = count(distinct case when p.owner_no = l.band then concat(p.fact, ' ', p.op) end) as nested
    from predicates as p
    inner join (select version_id, max(band) as band from bands group by version_id) as l
        on p.version_id = l.version_id
    where p.owner = 'band'
    group by p.version_id
),

first_met as (
    select
        store_id,
        version_id,
        window_start,
        window_end,
        min(case when met = 2 then band end) as band,
        min(case when met = 1 then band end) as open_band,
        max(case when met = 1 then nothing_known else 0 end) as nothing_known,
        -- bands that speak of the same go from the worst to the mildest: whoever misses the mildest cannot be in a worse one
        min_by(met, -band) as mildest_met
    from band_tests
    group by store_id, version_id, window_start, window_end
)

select
    f.store_id,
    f.version_id,
    f.window_start,
    f.window_end,
    f.band,
    case when (f.mildest_met > 0 or not s.nested) and f.open_band < coalesce(f.band, f.open_band + 1) then f.open_band end as open_band,
    f.nothing_known,
    nullif(b.severity, 'unknown') as severity
from first_met as f
inner join spoken as s
    on f.version_id = s.version_id
left join bands as b
    on f.version_id = b.version_id and f.band = b.band

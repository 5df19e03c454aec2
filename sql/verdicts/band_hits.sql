-- band_hits: one row per window whose bands were tested: the first band met and whether one before it is open
with first_met as (
    select
        store_id,
        version_id,
        window_start,
        window_end,
        min(case when met = 2 then band end) as band,
        min(case when met = 1 then band end) as open_band,
        max(case when met = 1 then nothing_known else 0 end) as nothing_known,
        -- bands go from the worst to the mildest: whoever misses the mildest cannot be in a worse one
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
    case when f.mildest_met > 0 and f.open_band < coalesce(f.band, f.open_band + 1) then f.open_band end as open_band,
    f.nothing_known,
    nullif(b.severity, 'unknown') as severity
from first_met as f
left join bands as b
    on f.version_id = b.version_id and f.band = b.band

-- band_tests: one row per window and band; met: 2 yes, 1 cannot be told, 0 no
with tested as (       -- one row per window and predicate of its bands
    select
        w.store_id,
        w.version_id,
        w.window_start,
        w.window_end,
        p.owner_no as band,
        p.alternative,
        p.op,
        p.low,
        p.high,
        case p.fact
            when 'ok_share' then w.ok_share
            when 'failing_share' then w.failing_share
            when 'units' then w.units
            when 'failing_units' then w.failing_units
            when 'mean' then w.mean_value
            when 'sum' then w.value_sum
        end as observed
    from window_sums as w
    inner join predicates as p
        on w.version_id = p.version_id and p.owner = 'band'
    where w.units > 0
),

answered as (
    select
        *,
        case
            when observed is null or low is null then 1
            when op = 'lt' then case when observed < low then 2 when observed >= high then 0 else 1 end
            when op = 'le' then case when observed <= low then 2 when observed > high then 0 else 1 end
            when op = 'gt' then case when observed > high then 2 when observed <= low then 0 else 1 end
            when op = 'ge' then case when observed >= high then 2 when observed < low then 0 else 1 end
            else case when observed = low then 2 else 0 end
        end as met,
        case when observed is null or low is null then 1 else 0 end as nothing_known
    from tested
),

grouped as (           -- all predicates of a group must hold
    select
        store_id,
        version_id,
        window_start,
        window_end,
        band,
        alternative,
        min(met) as met,
        max(case when met = 1 then nothing_known else 0 end) as nothing_known
    from answered
    group by store_id, version_id, window_start, window_end, band, alternative
)

select                 -- any of the alternatives will do
    store_id,
    version_id,
    window_start,
    window_end,
    band,
    max(met) as met,
    max(case when met = 1 then nothing_known else 0 end) as nothing_known
from grouped
group by store_id, version_id, window_start, window_end, band

-- gate_tests: one row per store, version with a gate, and window; met: 2 the shop crossed the line, 1 cannot be told, 0 it did not
with tested as (
    select
        w.store_id,
        w.version_id,
        w.window_start,
        w.window_end,
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
        on w.version_id = p.version_id and p.owner = 'gate'
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
        end as met
    from tested
),

grouped as (
    select
        store_id,
        version_id,
        window_start,
        window_end,
        alternative,
        min(met) as met
    from answered
    group by store_id, version_id, window_start, window_end, alternative
)

select
    store_id,
    version_id,
    window_start,
    window_end,
    max(met) as met
from grouped
group by store_id, version_id, window_start, window_end

-- gate_tests: one row per store, version with a gate, and day with units; met: 2 the shop crossed the line in the day's window, 1 cannot be told, 0 it did not
with dated as (        -- the gate has the rule's own window, though single units are judged
    select
        d.store_id,
        d.version_id,
        d.day,
        case d.window_kind
            when 'day' then d.day
            when 'week' then cast(date_trunc('week', d.day) as date)
            else cast(date_trunc('month', d.day) as date)
        end as bucket,
        cast(sum(d.units) as bigint) as units,
        cast(sum(d.ok_units) as bigint) as ok_units,
        cast(sum(cast(d.value_sum as decimal(28, 3))) as double) as value_sum,
        cast(sum(d.valued_units) as bigint) as valued_units
    from rule_daily as d
    where d.gate is not null
    group by d.store_id, d.version_id, d.day, d.window_kind
),

summed as (
    select
        store_id,
        version_id,
        bucket,
        cast(sum(units) as double) as units,
        cast(sum(units - ok_units) as double) as failing_units,
        cast(sum(cast(value_sum as decimal(28, 3))) as double) as value_sum,
        cast(sum(valued_units) as double) as valued_units
    from dated
    group by store_id, version_id, bucket
),

tested as (
    select
        w.store_id,
        w.version_id,
        w.bucket,
        p.alternative,
        p.op,
        p.low,
        p.high,
        case p.fact
            when 'ok_share' then (w.units - w.failing_units) / nullif(w.units, 0)
            when 'failing_share' then w.failing_units / nullif(w.units, 0)
            when 'units' then w.units
            when 'failing_units' then w.failing_units
            when 'mean' then w.value_sum / nullif(w.valued_units, 0)
            when 'sum' then w.value_sum
        end as observed
    from summed as w
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
        bucket,
        alternative,
        min(met) as met
    from answered
    group by store_id, version_id, bucket, alternative
),

opened as (
    select
        store_id,
        version_id,
        bucket,
        max(met) as met
    from grouped
    group by store_id, version_id, bucket
)

select
    d.store_id,
    d.version_id,
    d.day,
    d.units - d.ok_units as failing_units,
    o.met
from dated as d
inner join opened as o
    on d.store_id = o.store_id and d.version_id = o.version_id and d.bucket = o.bucket

-- window_sums: one row per store, version and window with data: the aggregates that bands speak of
with bucketed as (
    select
        store_id,
        version_id,
        bucket,
        cast(sum(units) as bigint) as units,
        cast(sum(ok_units) as bigint) as ok_units,
        cast(sum(cast(value_sum as decimal(28, 3))) as decimal(28, 3)) as value_sum,
        cast(sum(valued_units) as bigint) as valued_units,
        cast(sum(excluded_units) as bigint) as excluded_units,
        max(missing) as missing
    from rule_daily
    where bucket_kind <> 'rolling'
    group by store_id, version_id, bucket
),

summed as (
    select
        d.store_id,
        w.version_id,
        w.window_start,
        w.window_end,
        w.cut,
        d.units,
        d.ok_units,
        cast(d.value_sum as double) as value_sum,
        d.valued_units,
        d.excluded_units,
        d.missing
    from windows as w
    inner join bucketed as d
        on w.version_id = d.version_id and w.bucket = d.bucket
    union all
    select                 -- rolling windows
        d.store_id,
        w.version_id,
        w.window_start,
        w.window_end,
        w.cut,
        cast(sum(d.units) as bigint) as units,
        cast(sum(d.ok_units) as bigint) as ok_units,
        cast(sum(cast(d.value_sum as decimal(28, 3))) as double) as value_sum,
        cast(sum(d.valued_units) as bigint) as valued_units,
        cast(sum(d.excluded_units) as bigint) as excluded_units,
        max(d.missing) as missing
    from windows as w
    inner join rule_daily as d
        on w.version_id = d.version_id and w.window_start <= d.day and w.window_end > d.day
    where w.bucket is null and d.bucket_kind = 'rolling'
    group by d.store_id, w.version_id, w.window_start, w.window_end, w.cut
)

select
    store_id,
    version_id,
    window_start,
    window_end,
    cut,
    units,
    ok_units,
    units - ok_units as failing_units,
    value_sum,
    excluded_units,
    missing,
    ok_units / nullif(cast(units as double), 0) as ok_share,
    (units - ok_units) / nullif(cast(units as double), 0) as failing_share,
    value_sum / nullif(valued_units, 0) as mean_value  -- a unit without a value (never answered) is no zero
from summed

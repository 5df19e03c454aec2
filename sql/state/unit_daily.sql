-- unit_daily: one row per combo, store, day and reason for exclusion (null: counted)
select
    combo,
    store_id,
    day,
    excluded_because,
    cast(sum(weight) as bigint) as units,
    cast(sum(case when ok then weight else 0 end) as bigint) as ok_units,
    cast(sum(cast(value as decimal(18, 3)) * weight) as double) as value_sum,
    cast(sum(case when value is null then 0 else weight end) as bigint) as valued_units
from units
group by combo, store_id, day, excluded_because

-- fact_days: one row per store, table and day: a day's rows may lie in the files of two months
select
    store_id,
    table_name,
    day,
    cast(sum(rows) as bigint) as rows,
    max(data_until) as data_until
from fact_daily
group by store_id, table_name, day

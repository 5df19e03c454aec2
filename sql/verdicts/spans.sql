-- spans: one row per store and fact table: from when until when its rows reach
select
    store_id,
    table_name,
    min(day) as first_day,
    max(data_until) as data_until,
    cast(max(data_until) as date) as last_day
from fact_days
group by store_id, table_name

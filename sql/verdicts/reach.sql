-- reach: one row per store with any data: its first and last day
select
    store_id,
    min(day) as first_day,
    max(cast(data_until as date)) as last_day
from fact_days
group by store_id

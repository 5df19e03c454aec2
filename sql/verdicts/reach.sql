-- reach: one row per store with any data: its first and last day, and the moment at which the newest of its exports ends
select
    store_id,
    min(day) as first_day,
    max(cast(data_until as date)) as last_day,
    max(data_until) as data_until
from fact_days
group by store_id

-- spans: one row per store and fact table: from when until when its rows reach; `whole_until`: days before it are surely over
-- that the store's newest day is over only an export of its last minute or of a later day can tell; a rolling window waits for it
with reached as (
    select
        store_id,
        table_name,
        min(day) as first_day,
        max(data_until) as data_until,
        cast(max(data_until) as date) as last_day
    from fact_days
    group by store_id, table_name
)

select
    t.store_id,
    t.table_name,
    t.first_day,
    t.data_until,
    t.last_day,
    case
        when t.last_day = r.last_day and r.data_until < cast(r.last_day + 1 as timestamp) - interval 1 minute then t.last_day
        else cast(t.last_day + 1 as date)
    end as whole_until
from reached as t
inner join reach as r
    on t.store_id = r.store_id

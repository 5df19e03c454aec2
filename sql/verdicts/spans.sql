-- spans: one row per store and measure: from when until when the facts that the measure looks at reach
with tables_seen as (
    select
        store_id,
        table_name,
        min(day) as first_day,
        max(data_until) as data_until
    from fact_days
    group by store_id, table_name
)

select
    s.store_id,
    m.measure,
    m.table_name,
    t.first_day,
    cast(t.data_until as date) as last_day,
    t.data_until
from stores as s
cross join measure_facts as m
left join tables_seen as t
    on s.store_id = t.store_id and m.table_name = t.table_name
where m.place = 1

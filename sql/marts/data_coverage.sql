-- data_coverage: one row per store, table and day between the store's first and last data of any kind
with per_table as (
    select
        store_id,
        table_name,
        min(day) as first_day,
        max(data_until) as data_until,
        count(*) as days_with_rows
    from fact_days
    group by store_id, table_name
),

expected_days as (
    select
        r.store_id,
        t.table_name,
        c.day,
        p.data_until,
        p.first_day,
        p.days_with_rows,
        x.export_window_days
    from reach as r
    inner join calendar as c
        on c.day between r.first_day and r.last_day
    cross join expected_tables as t
    inner join stores as s
        on r.store_id = s.store_id
    left join per_table as p
        on r.store_id = p.store_id and t.table_name = p.table_name
    left join export_windows as x
        on s.platform = x.platform and t.table_name = x.table_name
)

select
    e.store_id,
    e.table_name,
    e.day,
    coalesce(f.rows, 0) as rows,
    e.days_with_rows is not null and e.day between e.first_day and cast(e.data_until as date) as expected,
    e.data_until,
    cast(e.day + cast(e.export_window_days as integer) as date) as window_closes_on,
    case
        when f.rows > 0 then 'ok'
        when e.days_with_rows is null then 'none'
        when e.day < e.first_day or e.day > cast(e.data_until as date) then 'none'
        when e.table_name in ('messages', 'orders') then 'hole'
        else 'unknown'
    end as status,
    'in_force' as track,
    i.run_id,
    i.packs_version
from expected_days as e
left join fact_days as f
    on e.store_id = f.store_id and e.table_name = f.table_name and e.day = f.day
cross join run_info as i

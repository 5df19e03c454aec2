-- empty_windows: one row per window without units, and whether its table has any row on its days
select
    e.store_id,
    e.version_id,
    e.window_start,
    e.window_end,
    count(f.day) as days_with_rows
from verdict_states as e
left join fact_days as f
    on
        e.store_id = f.store_id and e.table_name = f.table_name
        and e.window_start <= f.day and e.window_end > f.day
where e.status = 'empty'
group by e.store_id, e.version_id, e.window_start, e.window_end

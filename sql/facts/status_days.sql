-- status_days: one row per span of status and day that it touches, cut at midnight; only days of months in which a status began
with months as (       -- what else the next month's files tell of a day is not here: that day is judged there
    select distinct
        store_id,
        cast(date_trunc('month', started_at) as date) as month
    from agent_status
),

touched as (
    select
        a.store_id,
        a.agent_id,
        a.status,
        a.started_at,
        a.ended_at,
        cast(cast(a.started_at as date) + cast(n.n as integer) - 1 as date) as day
    from nearby_agent_status as a
    inner join small_numbers as n
        on n.n = 1 or cast(cast(a.started_at as date) + cast(n.n as integer) - 1 as timestamp) < a.ended_at
)

select
    t.store_id,
    t.agent_id,
    t.status,
    t.day,
    greatest(t.started_at, cast(t.day as timestamp)) as from_at,
    least(t.ended_at, cast(t.day as timestamp) + interval 1 day) as to_at
from touched as t
inner join months as m
    on t.store_id = m.store_id and m.month = cast(date_trunc('month', t.day) as date)

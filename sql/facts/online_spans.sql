-- online_spans: one row per agent, day and span online, cut at midnight; `runs_on` is how late the spans before it reach
with nights as (       -- a span belongs to every day that it touches
    select
        a.store_id,
        a.agent_id,
        a.started_at,
        a.ended_at,
        cast(cast(a.started_at as date) + cast(n.n as integer) - 1 as date) as day
    from agent_status as a
    inner join small_numbers as n
        on n.n - 1 <= (epoch(date_trunc('day', a.ended_at)) - epoch(date_trunc('day', a.started_at))) / 86400
    where a.status in ('online', 'busy') and a.ended_at > a.started_at
),

cut as (
    select
        store_id,
        agent_id,
        day,
        greatest(started_at, cast(day as timestamp)) as from_at,
        least(ended_at, cast(day as timestamp) + interval 1 day) as to_at
    from nights
)

select
    store_id,
    agent_id,
    day,
    from_at,
    to_at,
    max(to_at) over (
        partition by store_id, day order by from_at, to_at, agent_id
        rows between unbounded preceding and 1 preceding
    ) as runs_on
from cut
where to_at > from_at

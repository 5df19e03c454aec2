-- online_spans: one row per agent, day and span online, cut at midnight; `runs_on` is how late the spans before it reach
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
from status_days
where status in ('online', 'busy') and to_at > from_at

-- complaint_days: one row per complaint and day on which it was open, with the follow-ups of that day
with opened as (
    select
        c.store_id,
        c.complaint_id,
        c.order_id,
        c.concept,
        c.raised_at,
        c.is_regulator,
        cast(cast(c.raised_at as date) + cast(n.n as integer) - 1 as date) as day
    from complaints as c
    left join store_seen as e
        on c.store_id = e.store_id
    inner join small_numbers as n
        on
            cast(c.raised_at as date) + cast(n.n as integer) - 1
            <= cast(coalesce(c.closed_at, e.seen_at, c.raised_at) as date)
)

select
    o.store_id,
    o.complaint_id,
    o.order_id,
    o.concept,
    o.raised_at,
    o.is_regulator,
    o.day,
    count(f.followed_at) as followups,
    min(f.agent_id) as agent_id
from opened as o
left join nearby_complaint_followups as f
    on o.store_id = f.store_id and o.complaint_id = f.complaint_id and o.day = cast(f.followed_at as date)
group by o.store_id, o.complaint_id, o.order_id, o.concept, o.raised_at, o.is_regulator, o.day

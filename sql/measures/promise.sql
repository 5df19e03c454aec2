-- promise: one row per promise of an agent and combo; value = hours by which the deed missed the promised time
with done as (         -- the first deed after the promise, of the order the conversation is about
    select
        p.store_id,
        p.message_id,
        p.conversation_id,
        p.agent_id,
        p.about,
        p.sent_at,
        p.due_at,
        p.phrase,
        c.order_id,
        o.paid_cny,
        coalesce(o.exported_at, case when e.seen_at is not null then least(e.seen_at, p.sent_at + interval 90 day) end) as seen_at,
        case p.about
            when 'ship' then case when o.shipped_at >= p.sent_at then o.shipped_at end
            when 'refund' then min(case when r.refunded_at >= p.sent_at then r.refunded_at end)
            when 'reship' then min(case when s.shipped_at >= p.sent_at then s.shipped_at end)
        end as done_at,
        p.about = 'ship' and o.shipped_at < p.sent_at as done_before
    from promises as p
    left join conversations as c
        on p.store_id = c.store_id and p.conversation_id = c.conversation_id
    left join nearby_orders as o
        on c.store_id = o.store_id and c.order_id = o.order_id
    left join nearby_aftersales as r
        on c.store_id = r.store_id and c.order_id = r.order_id
    left join nearby_shipments as s
        on c.store_id = s.store_id and c.order_id = s.order_id
    left join store_seen as e
        on p.store_id = e.store_id
    group by
        p.store_id, p.message_id, p.conversation_id, p.agent_id, p.about, p.sent_at, p.due_at, p.phrase, c.order_id,
        o.paid_cny, o.exported_at, o.shipped_at, e.seen_at
),

excluded as (
    select
        k.combo,
        d.*,
        case
            when d.about in ('compensation', 'invoice', 'callback') then 'not_observable'
            when d.order_id is null then 'missing:conversations.order_id'
            when coalesce(d.done_before, false) then 'done_before'
            when d.done_at is not null then null
            when d.seen_at is null then 'missing:orders.exported_at'
            when d.seen_at <= d.due_at then 'not_due_yet'
        end as excluded_because
    from done as d
    inner join combos_promise as k
        on list_contains(k.about, d.about)
)

select                 -- long
    combo,
    store_id,
    message_id as unit_id,
    due_at as occurred_at,
    cast(due_at as date) as day,
    greatest((epoch(coalesce(done_at, seen_at)) - epoch(due_at)) / 3600, 0) as value,
    case when excluded_because is null then coalesce(done_at <= due_at, false) end as ok,
    excluded_because,
    paid_cny as base_cny,
    order_id,
    conversation_id,
    message_id,
    agent_id,
    phrase as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from excluded

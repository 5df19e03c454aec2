-- invoice: one row per message about an invoice, or per invoice complaint, and combo; value = hours or 1
with refused as (
    select
        k.combo,
        h.store_id,
        h.message_id,
        min(h.conversation_id) as conversation_id,
        min(h.agent_id) as agent_id,
        min(h.term) as term,
        min(h.sent_at) as sent_at
    from hits as h
    inner join combos_invoice as k
        on k.duty = 'no_refusal' and list_contains(k.lexicons, h.lexicon)
    where h.role = 'agent' and h.tier = 'forbidden'
    group by k.combo, h.store_id, h.message_id
),

told_daily as (
    select
        combo,
        store_id,
        cast(sent_at as date) as day,
        count(*) as units
    from refused
    group by combo, store_id, cast(sent_at as date)
)

select                 -- what was said
    h.combo,
    h.store_id,
    h.message_id as unit_id,
    h.sent_at as occurred_at,
    cast(h.sent_at as date) as day,
    1.0 as value,
    false as ok,
    cast(null as varchar) as excluded_because,
    o.paid_cny as base_cny,
    c.order_id,
    h.conversation_id,
    h.message_id,
    h.agent_id,
    h.term as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from refused as h
left join conversations as c
    on h.store_id = c.store_id and h.conversation_id = c.conversation_id
left join nearby_orders as o
    on c.store_id = o.store_id and c.order_id = o.order_id
union all
select                 -- what was complained of: the time an invoice took is seen nowhere else
    k.combo,
    p.store_id,
    p.complaint_id as unit_id,
    p.raised_at as occurred_at,
    cast(p.raised_at as date) as day,
    (epoch(p.raised_at) - epoch(o.finished_at)) / 3600 as value,
    case when o.finished_at is not null then p.raised_at <= o.finished_at + k.within_hours * interval 1 hour end as ok,
    case when o.finished_at is null then 'missing:orders.finished_at' end as excluded_because,
    o.paid_cny as base_cny,
    p.order_id,
    cast(null as varchar) as conversation_id,
    cast(null as varchar) as message_id,
    cast(null as varchar) as agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from complaints as p
inner join combos_invoice as k
    on k.duty = 'issue_in_time' and p.concept = 'invoice'
left join nearby_orders as o
    on p.store_id = o.store_id and p.order_id = o.order_id
union all
select                 -- every other message that agents sent on the day
    k.combo,
    a.store_id,
    concat('others:', cast(a.day as varchar)) as unit_id,
    cast(a.day as timestamp) as occurred_at,
    a.day,
    0.0 as value,
    true as ok,
    cast(null as varchar) as excluded_because,
    cast(null as decimal(18, 2)) as base_cny,
    cast(null as varchar) as order_id,
    cast(null as varchar) as conversation_id,
    cast(null as varchar) as message_id,
    cast(null as varchar) as agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    a.messages - coalesce(f.units, 0) as weight
from agent_messages_daily as a
cross join combos_invoice as k
left join told_daily as f
    on k.combo = f.combo and a.store_id = f.store_id and a.day = f.day
where k.duty = 'no_refusal' and a.messages > coalesce(f.units, 0)

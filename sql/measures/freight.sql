-- freight: one row per message that asks for freight and combo; value = 1 when the goods ship free
select
    k.combo,
    h.store_id,
    h.message_id as unit_id,
    h.sent_at as occurred_at,
    cast(h.sent_at as date) as day,
    1.0 as value,
    case
        when not k.needs_free_shipping then false
        when o.freight_cny > 0 then true
        when o.freight_cny = 0 then false
    end as ok,
    case when k.needs_free_shipping and o.freight_cny is null then 'missing:orders.freight_cny' end as excluded_because,
    o.paid_cny as base_cny,
    c.order_id,
    h.conversation_id,
    h.message_id,
    h.agent_id,
    h.term as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from (
    select
        store_id,
        message_id,
        lexicon,
        min(conversation_id) as conversation_id,
        min(agent_id) as agent_id,
        min(term) as term,
        min(sent_at) as sent_at
    from hits
    where role = 'agent' and tier = 'forbidden'
    group by store_id, message_id, lexicon
) as h
inner join combos_freight as k
    on list_contains(k.lexicons, h.lexicon)
left join conversations as c
    on h.store_id = c.store_id and h.conversation_id = c.conversation_id
left join orders as o
    on c.store_id = o.store_id and c.order_id = o.order_id

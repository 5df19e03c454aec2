-- notice: one row per event that the buyer is to be told of and combo; value = seconds until the buyer was told
with said as (         -- also in conversations that began before, or begin soon after
    select store_id, buyer_key, conversation_id, sent_at, message_id, agent_id from messages where role = 'agent'
    union all
    select store_id, buyer_key, conversation_id, sent_at, message_id, agent_id from earlier_messages where role = 'agent'
    union all
    select store_id, buyer_key, conversation_id, sent_at, message_id, agent_id from later_messages where role = 'agent'
),

told as (              -- agent messages to the buyer, and which of them carry the words that count as the notice
    select
        m.store_id,
        m.buyer_key,
        m.conversation_id,
        m.sent_at,
        m.message_id,
        m.agent_id,
        h.lexicon
    from said as m
    left join (select distinct store_id, message_id, lexicon from nearby_hits) as h
        on m.store_id = h.store_id and m.message_id = h.message_id
),

clocked as (
    select
        k.combo,
        k.within_seconds,
        n.store_id,
        n.unit_id,
        n.order_id,
        n.conversation_id,
        n.buyer_key,
        n.happened_at,
        n.seen_at,
        min(t.sent_at) as told_at,
        min_by(t.message_id, t.sent_at) as message_id,
        min_by(t.agent_id, t.sent_at) as agent_id
    from notice_events as n
    inner join combos_notice as k
        on n.after_event = k.after
    left join told as t
        on
            n.store_id = t.store_id and n.buyer_key = t.buyer_key
            and t.sent_at > n.happened_at
            and t.sent_at <= n.happened_at + k.within_seconds * interval 1 second
            and (n.conversation_id is null or n.conversation_id = t.conversation_id)
            and (len(k.lexicons) = 0 or list_contains(k.lexicons, t.lexicon))
    group by
        k.combo, k.within_seconds, n.store_id, n.unit_id, n.order_id, n.conversation_id, n.buyer_key, n.happened_at, n.seen_at
)

select                 -- long
    combo,
    store_id,
    unit_id,
    happened_at + within_seconds * interval 1 second as occurred_at,
    cast(happened_at + within_seconds * interval 1 second as date) as day,
    epoch(told_at) - epoch(happened_at) as value,
    case
        when told_at is not null then true
        when buyer_key is null then null
        when seen_at <= happened_at + within_seconds * interval 1 second then null
        else false
    end as ok,
    case
        when told_at is not null then null
        when buyer_key is null then 'missing:orders.buyer_key'
        when seen_at <= happened_at + within_seconds * interval 1 second then 'not_due_yet'
    end as excluded_because,
    cast(null as decimal(18, 2)) as base_cny,
    order_id,
    conversation_id,
    message_id,
    agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from clocked

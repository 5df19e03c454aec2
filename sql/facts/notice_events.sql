-- notice_events: one row per event after which some combo has a buyer told something; those of orders in the month in which they happen
with asked as (        -- what no combo asks about is not looked for
    select distinct k.after as after_event
    from combos_notice as k
),

happened as (
    select
        asked.after_event,
        store_id,
        order_id as unit_id,
        order_id,
        cast(null as varchar) as conversation_id,
        buyer_key,
        created_at as happened_at,
        exported_at as seen_at
    from nearby_orders
    inner join asked
        on asked.after_event = 'order_created'
    where created_at is not null
    union all
    select
        asked.after_event, store_id, order_id as unit_id, order_id, cast(null as varchar) as conversation_id,
        buyer_key, paid_at as happened_at, exported_at as seen_at
    from nearby_orders
    inner join asked
        on asked.after_event = 'order_paid'
    where paid_at is not null
    union all
    select
        asked.after_event, store_id, order_id as unit_id, order_id, cast(null as varchar) as conversation_id,
        buyer_key, created_at as happened_at, exported_at as seen_at
    from nearby_orders
    inner join asked
        on asked.after_event = 'unpaid'
    where paid_at is null and status = 'unpaid'
    union all
    select
        asked.after_event, store_id, order_id as unit_id, order_id, cast(null as varchar) as conversation_id,
        buyer_key, promised_ship_at as happened_at, exported_at as seen_at
    from nearby_orders
    inner join asked
        on asked.after_event = 'out_of_stock'
    where promised_ship_at < coalesce(shipped_at, exported_at)
    union all
    select
        case when t.event = 'exception' then 'logistics_late' else 'logistics_change' end as after_event,
        t.store_id, concat(t.order_id, ':', t.event) as unit_id, t.order_id, cast(null as varchar) as conversation_id,
        o.buyer_key, min(t.happened_at) as happened_at, max(o.exported_at) as seen_at
    from nearby_tracking_events as t
    inner join nearby_orders as o
        on t.store_id = o.store_id and t.order_id = o.order_id
    inner join asked
        on asked.after_event = case when t.event = 'exception' then 'logistics_late' else 'logistics_change' end
    group by t.store_id, t.order_id, t.event, o.buyer_key
    union all
    select
        asked.after_event, c.store_id, c.complaint_id as unit_id, c.order_id, cast(null as varchar) as conversation_id,
        c.buyer_key, c.closed_at as happened_at, e.seen_at
    from nearby_complaints as c
    inner join asked
        on asked.after_event = 'solved'
    left join store_seen as e
        on c.store_id = e.store_id
    where c.closed_at is not null
)

select
    h.after_event, h.store_id, h.unit_id, h.order_id, h.conversation_id, h.buyer_key, h.happened_at, h.seen_at
from happened as h
inner join store_spans as s
    on h.store_id = s.store_id
where h.happened_at >= s.from_at and h.happened_at < s.to_at
union all
select
    asked.after_event, store_id, conversation_id as unit_id, order_id, conversation_id, buyer_key,
    transferred_to_human_at as happened_at, ended_at as seen_at
from conversations
inner join asked
    on asked.after_event = 'handover'
where transferred_to_human_at is not null
union all
select
    case when h.lexicon = 'please_wait' then 'slow_lookup' else 'escalation' end as after_event,
    h.store_id, h.message_id as unit_id, c.order_id, h.conversation_id, c.buyer_key,
    min(h.sent_at) as happened_at, max(e.seen_at) as seen_at
from hits as h
inner join conversations as c
    on h.store_id = c.store_id and h.conversation_id = c.conversation_id
inner join asked
    on asked.after_event = case when h.lexicon = 'please_wait' then 'slow_lookup' else 'escalation' end
left join store_seen as e
    on h.store_id = e.store_id
where h.lexicon in ('please_wait', 'handover') and h.role = 'agent'
group by h.lexicon, h.store_id, h.message_id, c.order_id, h.conversation_id, c.buyer_key

-- buyer_days: one row per store, buyer and day with a conversation: the consumers of a rate
select
    store_id,
    buyer_key,
    day,
    min(asked_at) as first_asked_at,
    min(conversation_id) as conversation_id
from asks
where in_month
group by store_id, buyer_key, day

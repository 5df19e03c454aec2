-- order_refusals: one row per order about which an agent said that it will not be shipped
select
    h.store_id,
    c.order_id,
    min(h.sent_at) as refused_at
from hits as h
inner join conversations as c
    on h.store_id = c.store_id and h.conversation_id = c.conversation_id
where h.lexicon in ('refuse_to_ship', 'cannot_ship') and h.role = 'agent' and c.order_id is not null
group by h.store_id, c.order_id

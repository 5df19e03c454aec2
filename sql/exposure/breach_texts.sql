-- breach_texts: one row per message in evidence of a breach, with its masked text
select
    m.store_id,
    m.message_id,
    m.text
from messages as m
inner join (select distinct store_id, message_id from breach_base where message_id is not null) as b
    on m.store_id = b.store_id and m.message_id = b.message_id

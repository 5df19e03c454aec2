-- reported_asks: one row per buyer message in the days before its buyer was reported
select distinct
    a.store_id,
    a.message_id
from asks as a
inner join reported_buyers as r
    on a.store_id = r.store_id and a.buyer_key = r.buyer_key and a.asked_at >= r.from_at and a.asked_at <= r.to_at

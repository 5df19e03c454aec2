-- breach_complained: one row per breach about which a complaint is on file (same order and concept, or same conversation's buyer)
select
    b.breach_id,
    bool_or(coalesce(c.upheld, false)) as upheld,
    min(c.complaint_id) as complaint_id
from breach_base as b
inner join complaints as c
    on b.store_id = c.store_id and b.order_id = c.order_id
where c.raised_at >= b.occurred_at - interval 1 day and (c.concept is null or c.concept = b.concept)
group by b.breach_id

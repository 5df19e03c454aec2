-- breach_complained: one row per breach about which a complaint is on file: of the same order, or one without order by the
-- buyer of the conversation, of the same concept and within 30 days of it
with of_order as (
    select
        b.breach_id,
        c.complaint_id,
        c.upheld
    from breach_base as b
    inner join complaints as c
        on b.store_id = c.store_id and b.order_id = c.order_id
    where c.raised_at >= b.occurred_at - interval 1 day and (c.concept is null or c.concept = b.concept)
),

of_buyer as (
    select
        b.breach_id,
        c.complaint_id,
        c.upheld
    from complaints as c
    inner join conversations as t
        on c.store_id = t.store_id and c.buyer_key = t.buyer_key and c.order_id is null
    inner join breach_base as b
        on t.store_id = b.store_id and t.conversation_id = b.conversation_id and c.concept = b.concept
    where c.raised_at >= b.occurred_at - interval 1 day and c.raised_at <= b.occurred_at + interval 30 day
)

select
    breach_id,
    bool_or(coalesce(upheld, false)) as upheld,
    min(complaint_id) as complaint_id
from (
    select * from of_order
    union all
    select * from of_buyer
) as together
group by breach_id

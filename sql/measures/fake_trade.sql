-- fake_trade: one row per paid order and combo; value = signs of a fake transaction, which are signs and no proof
with bursts as (       -- five or more paid orders of one buyer on one day
    select
        store_id,
        buyer_key,
        cast(paid_at as date) as day,
        count(*) as orders
    from nearby_orders
    where paid_at is not null and buyer_key is not null
    group by store_id, buyer_key, cast(paid_at as date)
),

counted as (
    select
        k.combo,
        o.store_id,
        o.order_id,
        o.paid_at,
        o.paid_cny,
        case when list_contains(k.signs, 'pickup_before_payment') and o.picked_up_at < o.paid_at then 1 else 0 end
        + case when list_contains(k.signs, 'waybill_reused') and w.days_between <= 30 then 1 else 0 end
        + case when list_contains(k.signs, 'same_buyer_burst') and b.orders >= 5 then 1 else 0 end as signs_met,
        o.tracking_no is null and o.picked_up_at is null and o.buyer_key is null as nothing_told
    from orders as o
    cross join combos_fake_trade as k
    left join waybill_reuse as w
        on o.store_id = w.store_id and o.order_id = w.order_id
    left join bursts as b
        on o.store_id = b.store_id and o.buyer_key = b.buyer_key and cast(o.paid_at as date) = b.day
    where o.paid_at is not null
)

select                 -- long
    combo,
    store_id,
    order_id as unit_id,
    paid_at as occurred_at,
    cast(paid_at as date) as day,
    cast(signs_met as double) as value,
    case when not nothing_told then signs_met = 0 end as ok,
    case when nothing_told then 'missing:orders.tracking_no' end as excluded_because,
    paid_cny as base_cny,
    order_id,
    cast(null as varchar) as conversation_id,
    cast(null as varchar) as message_id,
    cast(null as varchar) as agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from counted

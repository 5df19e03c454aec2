-- waybill_reuse: one row per order whose waybill was used before by another order, with the days between
with shipped as (
    select
        store_id,
        order_id,
        tracking_no,
        shipped_at,
        lag(order_id) over (partition by store_id, tracking_no order by shipped_at, order_id) as earlier_order,
        lag(shipped_at) over (partition by store_id, tracking_no order by shipped_at, order_id) as earlier_at
    from orders
    where tracking_no is not null and shipped_at is not null
)

select
    store_id,
    order_id,
    (epoch(shipped_at) - epoch(earlier_at)) / 86400 as days_between
from shipped
where earlier_order <> order_id

-- waybill_reuse: one row per order whose waybill another order used in the 90 days before, with the days between
with used as (
    select
        o.store_id,
        o.order_id,
        o.shipped_at,
        max(e.shipped_at) as earlier_at
    from orders as o
    inner join nearby_orders as e
        on
            o.store_id = e.store_id and o.tracking_no = e.tracking_no and o.order_id <> e.order_id
            and (e.shipped_at < o.shipped_at or e.shipped_at = o.shipped_at and e.order_id < o.order_id)
    group by o.store_id, o.order_id, o.shipped_at
)

select
    store_id,
    order_id,
    (epoch(shipped_at) - epoch(earlier_at)) / 86400 as days_between
from used
-- what lies further back may be in a month that is not looked at
where earlier_at >= shipped_at - interval 90 day

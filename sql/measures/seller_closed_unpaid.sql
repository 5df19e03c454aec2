-- seller_closed_unpaid: one row per closed unpaid order and combo; value = 1 when the seller closed it
select
    k.combo,
    o.store_id,
    o.order_id as unit_id,
    coalesce(o.closed_at, o.created_at, o.exported_at) as occurred_at,
    cast(coalesce(o.closed_at, o.created_at, o.exported_at) as date) as day,
    case when o.closed_by = 'seller' then 1.0 else 0.0 end as value,
    o.closed_by <> 'seller' as ok,
    case when o.closed_by is null then 'missing:orders.closed_by' end as excluded_because,
    o.goods_cny as base_cny,
    o.order_id,
    cast(null as varchar) as conversation_id,
    cast(null as varchar) as message_id,
    cast(null as varchar) as agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from orders as o
cross join combos_seller_closed_unpaid as k
where o.status = 'closed' and o.paid_at is null

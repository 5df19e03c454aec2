-- failing_units: one row per failing unit of a combo that some rule judges each
select
    u.combo,
    u.store_id,
    u.unit_id,
    u.occurred_at,
    u.day,
    u.value,
    u.base_cny,
    u.order_id,
    u.conversation_id,
    u.message_id,
    u.agent_id,
    u.matched_term,
    o.paid_at,
    o.created_at,
    o.goods_cny,
    o.deposit_cny,
    (epoch(o.promised_ship_at) - epoch(o.paid_at)) / 3600 as promise_hours,
    u.severity,
    o.supply_type,
    o.category,
    o.is_presale,
    o.is_custom,
    o.is_cash_on_delivery
from units as u
left join orders as o
    on u.store_id = o.store_id and u.order_id = o.order_id
where not u.ok

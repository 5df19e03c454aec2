-- open_units: one row per unit that is not due yet: what must be done next
select
    u.combo,
    u.store_id,
    u.unit_id,
    u.occurred_at as due_at,
    u.base_cny,
    u.order_id,
    u.conversation_id,
    o.goods_cny,
    o.deposit_cny,
    (epoch(o.promised_ship_at) - epoch(o.paid_at)) / 3600 as promise_hours,
    o.supply_type,
    o.category,
    o.is_presale,
    o.is_custom,
    o.is_cash_on_delivery
from units as u
inner join home_combos as h
    on u.combo = h.combo and split_part(u.store_id, '/', 1) = h.platform
left join nearby_orders as o
    on u.store_id = o.store_id and u.order_id = o.order_id
-- coalesce: DuckDB 2.0 fails to bind when it can tell that nothing is excluded and the store has no orders
where coalesce(u.excluded_because, '') = 'not_due_yet'

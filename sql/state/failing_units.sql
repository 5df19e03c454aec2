-- failing_units: one row per failing unit of a combo that some rule judges each
select
    u.combo,
    u.store_id,
    u.unit_id,
    u.occurred_at,
    -- by the moment that binds: `day` chooses the version
    coalesce(
        case b.binds_by when 'paid_at' then cast(o.paid_at as date) when 'created_at' then cast(o.created_at as date) end,
        u.day
    ) as day,
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
inner join combo_bindings as b
    on u.combo = b.combo
left join nearby_orders as o
    on u.store_id = o.store_id and u.order_id = o.order_id
where not u.ok

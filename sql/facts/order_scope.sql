-- order_scope: one row per order and scope of orders, `every_order` among them; met: 2 inside, 1 cannot be told, 0 outside
with looked_at as (    -- orders of other months only where a request of these months is about them
    select
        store_id,
        order_id
    from orders
    union
    select
        store_id,
        order_id
    from day_orders
    union
    select
        store_id,
        order_id
    from aftersales
    where order_id is not null
),

tested as (
    select
        o.store_id,
        o.order_id,
        p.orders_scope,
        p.alternative,
        p.fact,
        case p.fact
            when 'is_presale' then lower(cast(o.is_presale as varchar))
            when 'is_custom' then lower(cast(o.is_custom as varchar))
            when 'is_cash_on_delivery' then lower(cast(o.is_cash_on_delivery as varchar))
            when 'supply_type' then o.supply_type
            when 'category' then o.category
        end as text_seen,
        case p.fact
            when 'paid_cny' then cast(o.paid_cny as double)
            when 'goods_cny' then cast(o.goods_cny as double)
            when 'promise_hours' then (epoch(o.promised_ship_at) - epoch(o.paid_at)) / 3600
        end as number_seen,
        p.op,
        p.low,
        p.high,
        p.members
    from nearby_orders as o
    inner join looked_at as l
        on o.store_id = l.store_id and o.order_id = l.order_id
    cross join order_scopes as p
),

answered as (
    select
        *,
        case
            when members is not null
                then case when text_seen is null then 1 when list_contains(members, text_seen) then 2 else 0 end
            when number_seen is null or low is null then 1
            when op = 'lt' then case when number_seen < low then 2 when number_seen >= high then 0 else 1 end
            when op = 'le' then case when number_seen <= low then 2 when number_seen > high then 0 else 1 end
            when op = 'gt' then case when number_seen > high then 2 when number_seen <= low then 0 else 1 end
            when op = 'ge' then case when number_seen >= high then 2 when number_seen < low then 0 else 1 end
            else case when number_seen = low then 2 else 0 end
        end as met
    from tested
),

grouped as (
    select
        store_id,
        order_id,
        orders_scope,
        alternative,
        min(met) as met,
        min(case when met = 1 then concat('missing:orders.', fact) end) as missing
    from answered
    group by store_id, order_id, orders_scope, alternative
)

select
    store_id,
    order_id,
    orders_scope,
    max(met) as met,
    min(missing) as missing
from grouped
group by store_id, order_id, orders_scope
union all
select
    store_id,
    order_id,
    'every_order' as orders_scope,
    2 as met,
    cast(null as varchar) as missing
from looked_at

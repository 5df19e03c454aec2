-- shipment: one row per paid order and combo; value = hours from the clock start to the event that counts as shipped
with looked_at as (    -- a buyer's day is that of payment: its orders may have been placed in several months
    select
        *,
        false as by_day
    from orders
    union all
    select
        *,
        true as by_day
    from day_orders
),

judged as (            -- the orders a shape looks at, with start and stop by its own definition
    select
        s.shape,
        s.unit,
        s.excludes,
        s.binds_by,
        o.buyer_key,
        o.paid_at,
        o.created_at,
        o.store_id,
        o.order_id,
        o.paid_cny,
        o.promised_ship_at,
        o.closed_at,
        o.status,
        o.exported_at,
        o.is_cash_on_delivery,
        o.is_presale,
        o.is_custom,
        case s.clock_start
            when 'created' then o.created_at
            when 'uploaded' then o.shipped_at
            else coalesce(o.paid_at, case when o.is_cash_on_delivery then o.created_at end)
        end as started_at,
        case s.event
            when 'upload' then o.shipped_at
            when 'pickup' then o.picked_up_at
            when 'upload_or_pickup' then coalesce(least(o.shipped_at, o.picked_up_at), o.shipped_at, o.picked_up_at)
            else case when o.shipped_at is not null and o.picked_up_at is not null then greatest(o.shipped_at, o.picked_up_at) end
        end as stopped_at,
        case
            when s.event <> 'pickup' and o.shipped_at is null then 'missing:orders.shipped_at'
            when s.event <> 'upload' and o.picked_up_at is null then 'missing:orders.picked_up_at'
        end as column_missing,
        case when c.met = 1 then c.missing end as scope_missing
    from looked_at as o
    inner join order_scope as c
        on o.store_id = c.store_id and o.order_id = c.order_id
    inner join shapes_shipment as s
        on c.orders_scope = coalesce(s.orders_scope, 'every_order')
    where
        (o.paid_at is not null or o.is_cash_on_delivery)
        and o.by_day = (s.unit = 'buyer_day' and o.buyer_key is not null)
        and c.met > 0
),

clocked as (           -- the deadline of each combo
    select
        j.*,
        k.combo,
        case k.limit
            when 'fixed' then j.started_at + k.limit_hours * interval 1 hour
            when 'promised' then j.promised_ship_at
            else coalesce(j.promised_ship_at, j.started_at + k.limit_hours * interval 1 hour)
        end + coalesce(k.grace_hours, 0) * interval 1 hour as due_at
    from judged as j
    inner join combos_shipment as k
        on j.shape = k.shape
),

excluded as (          -- ok = null with a reason
    select
        *,
        case
            when scope_missing is not null then scope_missing
            when started_at is null then 'not_started'
            when due_at is null then 'missing:orders.promised_ship_at'
            when list_contains(excludes, 'cash_on_delivery') and is_cash_on_delivery then 'cash_on_delivery'
            when list_contains(excludes, 'presale') and is_presale then 'presale'
            when list_contains(excludes, 'custom') and is_custom then 'custom'
            when stopped_at is not null then null
            when status = 'closed' and closed_at is null then 'missing:orders.closed_at'
            when closed_at <= due_at then 'closed_before_limit'
            when status in ('shipped', 'done') then column_missing
            when exported_at <= due_at then 'not_due_yet'
        end as excluded_because
    from clocked
),

units_of as (          -- orders of one buyer on one day are one unit where the shape says so: any late one fails it
    select
        combo,
        store_id,
        order_id as unit_id,
        order_id,
        due_at,
        started_at,
        stopped_at,
        exported_at,
        binds_by,
        paid_at,
        created_at,
        paid_cny,
        excluded_because
    from excluded
    where unit <> 'buyer_day' or buyer_key is null
    union all
    select
        combo,
        store_id,
        concat(buyer_key, ':', cast(cast(coalesce(paid_at, created_at) as date) as varchar)) as unit_id,
        min_by(order_id, concat(cast(due_at as varchar), order_id)) as order_id,
        min(due_at) as due_at,
        min(started_at) as started_at,
        case when bool_or(stopped_at is null) then null when bool_or(stopped_at > due_at) then max(stopped_at) else min(stopped_at) end as stopped_at,
        max(exported_at) as exported_at,
        min(binds_by) as binds_by,
        min(paid_at) as paid_at,
        min(created_at) as created_at,
        cast(sum(paid_cny) as decimal(18, 2)) as paid_cny,
        cast(null as varchar) as excluded_because
    from excluded
    where unit = 'buyer_day' and buyer_key is not null and excluded_because is null
    group by combo, store_id, buyer_key, cast(coalesce(paid_at, created_at) as date)
)

select                 -- long
    combo,
    store_id,
    unit_id,
    coalesce(due_at, started_at, exported_at) as occurred_at,
    coalesce(
        case binds_by when 'paid_at' then cast(paid_at as date) when 'created_at' then cast(created_at as date) end,
        cast(coalesce(due_at, started_at, exported_at) as date)
    ) as day,
    (epoch(coalesce(stopped_at, exported_at)) - epoch(started_at)) / 3600 as value,
    case when excluded_because is null then coalesce(stopped_at <= due_at, false) end as ok,
    excluded_because,
    paid_cny as base_cny,
    order_id,
    cast(null as varchar) as conversation_id,
    cast(null as varchar) as message_id,
    cast(null as varchar) as agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from units_of

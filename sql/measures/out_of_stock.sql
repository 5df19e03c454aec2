-- out_of_stock: one row per paid order and combo; value = hours past the shipping limit, null when refused or closed by the seller
with told as (         -- joined before combos make many of one order
    select
        o.*,
        r.refused_at,
        f.fault_at
    from orders as o
    left join order_refusals as r
        on o.store_id = r.store_id and o.order_id = r.order_id
    left join order_faults as f
        on o.store_id = f.store_id and o.order_id = f.order_id
    where o.paid_at is not null
),

judged as (
    select
        k.combo,
        k.cases,
        k.excludes,
        k.after_tracking_fault_days,
        k.binds_by,
        o.created_at,
        o.store_id,
        o.order_id,
        o.paid_cny,
        o.paid_at,
        o.closed_at,
        o.closed_by,
        o.status,
        o.shipped_at,
        o.delivered_at,
        o.exported_at,
        o.is_cash_on_delivery,
        o.is_presale,
        o.is_custom,
        o.refused_at,
        o.fault_at,
        k.event,
        case when c.met = 1 then c.missing end as scope_missing,
        case k.event
            when 'upload' then o.shipped_at
            when 'pickup' then o.picked_up_at
            when 'upload_or_pickup' then coalesce(least(o.shipped_at, o.picked_up_at), o.shipped_at, o.picked_up_at)
            else case when o.shipped_at is not null and o.picked_up_at is not null then greatest(o.shipped_at, o.picked_up_at) end
        end as stopped_at,
        case k.limit
            when 'fixed' then o.paid_at + k.limit_hours * interval 1 hour
            when 'promised' then o.promised_ship_at
            else coalesce(o.promised_ship_at, o.paid_at + k.limit_hours * interval 1 hour)
        end as limit_at,
        k.after_late_hours
    from told as o
    inner join order_scope as c
        on o.store_id = c.store_id and o.order_id = c.order_id
    inner join combos_out_of_stock as k
        on c.orders_scope = coalesce(k.orders_scope, 'every_order')
    where c.met > 0
),

clocked as (
    select
        *,
        case when list_contains(cases, 'late') then limit_at + coalesce(after_late_hours, 0) * interval 1 hour end as due_at,
        case
            when list_contains(cases, 'tracking_fault')
                then fault_at + after_tracking_fault_days * interval 1 day
        end as received_by
    from judged
),

counted as (
    select
        *,
        list_contains(cases, 'late') and coalesce(stopped_at, closed_at, exported_at) > due_at as is_late,
        list_contains(cases, 'tracking_fault') and coalesce(delivered_at, exported_at) > received_by as is_lost,
        list_contains(cases, 'refusal') and refused_at is not null and coalesce(stopped_at >= refused_at, true) as is_refused,
        list_contains(cases, 'seller_closed_paid') and closed_by = 'seller' and stopped_at is null as is_closed
    from clocked
),

excluded as (
    select
        *,
        coalesce(is_late, false) or coalesce(is_lost, false) or is_refused or coalesce(is_closed, false) as failed,
        case
            when scope_missing is not null then scope_missing
            when list_contains(excludes, 'cash_on_delivery') and is_cash_on_delivery then 'cash_on_delivery'
            when list_contains(excludes, 'presale') and is_presale then 'presale'
            when list_contains(excludes, 'custom') and is_custom then 'custom'
            when coalesce(is_lost, false) or is_refused or coalesce(is_closed, false) then null
            when list_contains(cases, 'late') and due_at is null then 'missing:orders.promised_ship_at'
            when stopped_at is not null then null
            when status = 'closed' and closed_at is null then 'missing:orders.closed_at'
            when closed_at <= due_at then 'closed_before_limit'
            when status in ('shipped', 'done') and (event = 'pickup' or shipped_at is not null) then 'missing:orders.picked_up_at'
            when status in ('shipped', 'done') then 'missing:orders.shipped_at'
            when exported_at <= due_at then 'not_due_yet'
        end as excluded_because
    from counted
)

select                 -- long
    combo,
    store_id,
    order_id as unit_id,
    coalesce(
        case
            when is_refused then refused_at
            when is_closed then closed_at
            when is_lost then received_by
        end, due_at, paid_at
    ) as occurred_at,
    coalesce(
        case binds_by when 'paid_at' then cast(paid_at as date) when 'created_at' then cast(created_at as date) end,
        cast(coalesce(
            case
                when is_refused then refused_at
                when is_closed then closed_at
                when is_lost then received_by
            end, due_at, paid_at
        ) as date)
    ) as day,
    (epoch(coalesce(stopped_at, closed_at, exported_at)) - epoch(limit_at)) / 3600 as value,
    case when excluded_because is null then not failed end as ok,
    excluded_because,
    paid_cny as base_cny,
    order_id,
    cast(null as varchar) as conversation_id,
    cast(null as varchar) as message_id,
    cast(null as varchar) as agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from excluded

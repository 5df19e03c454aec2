-- false_shipment: one row per shipped order and combo; value = how many of the rule's cases it meets
with moved as (        -- the first event after the pickup
    select
        t.store_id,
        t.order_id,
        min(case when t.happened_at > o.picked_up_at then t.happened_at end) as moved_at,
        count(*) as events
    from tracking_events as t
    inner join orders as o
        on t.store_id = o.store_id and t.order_id = o.order_id
    group by t.store_id, t.order_id
),

inspected as (
    select
        store_id,
        order_id,
        bool_and(passed) as passed
    from nearby_annotations
    where concept in ('false_shipment', 'fraud_shipment') and order_id is not null
    group by store_id, order_id
),

tried as (             -- each case: true, false, or null when the data cannot tell
    select
        k.combo,
        o.store_id,
        o.order_id,
        o.paid_cny,
        o.paid_at,
        o.created_at,
        o.shipped_at,
        o.exported_at,
        k.binds_by,
        case when list_contains(k.cases, 'pickup_before_payment') then o.picked_up_at < o.paid_at end as before_payment,
        case
            when list_contains(k.cases, 'no_pickup')
                then
                    case
                        when o.picked_up_at is not null then o.picked_up_at > o.shipped_at + k.pickup_hours * interval 1 hour
                        when o.delivered_at is not null or o.status = 'done' then null
                        when o.exported_at > o.shipped_at + k.pickup_hours * interval 1 hour then true
                        else false
                    end
        end as no_pickup,
        case
            when list_contains(k.cases, 'no_update_after_pickup') and o.picked_up_at is not null
                then
                    case
                        when m.events is null then null
                        when m.moved_at is not null then m.moved_at > o.picked_up_at + k.update_hours * interval 1 hour
                        when o.delivered_at is not null then o.delivered_at > o.picked_up_at + k.update_hours * interval 1 hour
                        else o.exported_at > o.picked_up_at + k.update_hours * interval 1 hour
                    end
        end as no_update,
        case
            when list_contains(k.cases, 'waybill_reused')
                then case when o.tracking_no is not null then coalesce(w.days_between <= k.reuse_days, false) end
        end as reused,
        -- what no export shows, an inspector may have found
        case
            when
                list_contains(k.cases, 'route_mismatch') or list_contains(k.cases, 'carrier_mismatch')
                or list_contains(k.cases, 'address_mismatch') or list_contains(k.cases, 'abnormal_number')
                or list_contains(k.cases, 'quantity_mismatch') or list_contains(k.cases, 'empty_parcel')
                or list_contains(k.cases, 'other')
                then not n.passed
        end as found,
        k.cases
    from orders as o
    cross join combos_false_shipment as k
    left join moved as m
        on o.store_id = m.store_id and o.order_id = m.order_id
    left join waybill_reuse as w
        on o.store_id = w.store_id and o.order_id = w.order_id
    left join inspected as n
        on o.store_id = n.store_id and o.order_id = n.order_id
    where o.shipped_at is not null
),

counted as (
    select
        *,
        case when before_payment then 1 else 0 end + case when no_pickup then 1 else 0 end
        + case when no_update then 1 else 0 end + case when reused then 1 else 0 end + case when found then 1 else 0 end as met,
        case
            when list_contains(cases, 'no_pickup') and no_pickup is null then 'missing:orders.picked_up_at'
            when list_contains(cases, 'waybill_reused') and reused is null then 'missing:orders.tracking_no'
            when list_contains(cases, 'pickup_before_payment') and before_payment is null and not list_contains(cases, 'no_pickup')
                then 'missing:orders.picked_up_at'
            when list_contains(cases, 'no_update_after_pickup') and no_update is null and not coalesce(no_pickup, false)
                then 'missing:tracking_events.happened_at'
            when
                found is null and before_payment is null and no_pickup is null and no_update is null and reused is null
                then 'not_observable'
        end as cannot_tell
    from tried
)

select                 -- long
    combo,
    store_id,
    order_id as unit_id,
    shipped_at as occurred_at,
    coalesce(
        case binds_by when 'paid_at' then cast(paid_at as date) when 'created_at' then cast(created_at as date) end,
        cast(shipped_at as date)
    ) as day,
    cast(met as double) as value,
    case when met > 0 then false when cannot_tell is null then true end as ok,
    case when met = 0 then cannot_tell end as excluded_because,
    paid_cny as base_cny,
    order_id,
    cast(null as varchar) as conversation_id,
    cast(null as varchar) as message_id,
    cast(null as varchar) as agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from counted

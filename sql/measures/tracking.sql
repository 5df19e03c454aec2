-- tracking: one row per shipped order and combo; value = hours from one node of the parcel's way to the next
with nodes as (        -- start and stop by the shape's own definition
    select
        s.shape,
        o.store_id,
        o.order_id,
        o.paid_cny,
        o.exported_at,
        o.delivered_at,
        case s.from_event
            when 'uploaded' then o.shipped_at
            when 'picked_up' then o.picked_up_at
            else min(t.happened_at)
        end as started_at,
        case s.to_event
            when 'picked_up' then o.picked_up_at
            when 'delivered' then o.delivered_at
            else coalesce(
                min(case
                    when t.happened_at > case s.from_event when 'uploaded' then o.shipped_at else o.picked_up_at end
                        then t.happened_at
                end), case when count(t.happened_at) > 0 then o.delivered_at end
            )
        end as stopped_at,
        -- of every event to the next one, the longest gap; an open end runs to the delivery or the export
        max(case when s.from_event = 'any_event' then epoch(coalesce(t.next_at, o.delivered_at, o.exported_at)) - epoch(t.happened_at) end) / 3600 as longest_gap,
        count(t.happened_at) as events
    from orders as o
    cross join shapes_tracking as s
    left join tracking_steps as t
        on o.store_id = t.store_id and o.order_id = t.order_id
    where o.shipped_at is not null or o.picked_up_at is not null
    group by
        s.shape, s.from_event, s.to_event, o.store_id, o.order_id, o.paid_cny, o.exported_at, o.delivered_at,
        o.shipped_at, o.picked_up_at
),

clocked as (
    select
        n.*,
        k.combo,
        k.from_event,
        k.to_event,
        k.within_hours,
        n.started_at + k.within_hours * interval 1 hour as due_at
    from nodes as n
    inner join combos_tracking as k
        on n.shape = k.shape
),

excluded as (
    select
        *,
        case
            when from_event = 'any_event' and events = 0 then 'missing:tracking_events.happened_at'
            when started_at is null and from_event = 'uploaded' then 'missing:orders.shipped_at'
            when started_at is null then 'missing:orders.picked_up_at'
            when to_event = 'next_event' and events = 0 then 'missing:tracking_events.happened_at'
            when from_event = 'any_event' or stopped_at is not null then null
            when to_event = 'picked_up' and delivered_at is not null then 'missing:orders.picked_up_at'
            when exported_at <= due_at then 'not_due_yet'
        end as excluded_because
    from clocked
)

select                 -- long
    combo,
    store_id,
    order_id as unit_id,
    coalesce(due_at, exported_at) as occurred_at,
    cast(coalesce(due_at, exported_at) as date) as day,
    coalesce(longest_gap, (epoch(coalesce(stopped_at, exported_at)) - epoch(started_at)) / 3600) as value,
    case
        when excluded_because is not null then null
        when from_event = 'any_event' then longest_gap <= within_hours
        else coalesce(stopped_at <= due_at, false)
    end as ok,
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

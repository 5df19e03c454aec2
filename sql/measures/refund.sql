-- refund: one row per after-sales request and combo; value = hours from the clock start to its stop
with judged as (       -- the requests a shape looks at
    select
        s.shape,
        s.clock_stop,
        r.store_id,
        r.aftersale_id,
        r.order_id,
        r.refund_cny,
        r.status,
        r.closed_at,
        r.exported_at,
        case s.clock_start
            when 'return_shipped' then r.returned_shipped_at
            when 'return_received' then r.returned_received_at
            else r.requested_at
        end as started_at,
        case s.clock_stop
            when 'refunded' then r.refunded_at
            when 'agreed' then r.agreed_at
            when 'closed' then r.closed_at
            else coalesce(r.first_handled_at, r.agreed_at, r.refunded_at)
        end as stopped_at,
        -- of a return only the refund is dated: in time it proves the handling, late it proves nothing
        s.clock_stop = 'handled' and r.kind <> 'refund_only' and coalesce(r.first_handled_at, r.agreed_at) is null as only_refund_known,
        case when s.orders_scope is not null and coalesce(c.met, 1) = 1 then coalesce(c.missing, 'missing:orders') end as scope_missing
    from aftersales as r
    cross join shapes_refund as s
    left join order_scope as c
        on r.store_id = c.store_id and r.order_id = c.order_id and s.orders_scope = c.orders_scope
    where
        list_contains(s.stages, r.stage)
        and list_contains(s.kinds, r.kind)
        and (s.orders_scope is null or coalesce(c.met, 1) > 0)
),

clocked as (
    select
        j.*,
        k.combo,
        j.started_at + k.within_hours * interval 1 hour as due_at
    from judged as j
    inner join combos_refund as k
        on j.shape = k.shape
),

excluded as (          -- ok = null with a reason
    select
        *,
        case
            when scope_missing is not null then scope_missing
            when started_at is null then 'not_started'
            when only_refund_known and stopped_at > due_at then 'missing:aftersales.first_handled_at'
            when stopped_at is not null then null
            when status = 'closed' and closed_at is null then 'missing:aftersales.closed_at'
            when closed_at <= due_at then 'closed_before_limit'
            when status = 'refunded' then 'missing:aftersales.refunded_at'
            when status = 'agreed' and clock_stop <> 'refunded' then 'missing:aftersales.agreed_at'
            when exported_at <= due_at then 'not_due_yet'
        end as excluded_because
    from clocked
)

select                 -- long
    combo,
    store_id,
    aftersale_id as unit_id,
    coalesce(due_at, exported_at) as occurred_at,
    cast(coalesce(due_at, exported_at) as date) as day,
    (epoch(coalesce(stopped_at, exported_at)) - epoch(started_at)) / 3600 as value,
    case when excluded_because is null then coalesce(stopped_at <= due_at, false) end as ok,
    excluded_because,
    refund_cny as base_cny,
    order_id,
    cast(null as varchar) as conversation_id,
    cast(null as varchar) as message_id,
    cast(null as varchar) as agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from excluded

-- annotation: one row per inspector's verdict on a concept and combo; value = 1 when it did not pass
select
    k.combo,
    a.store_id,
    a.annotation_id as unit_id,
    a.happened_at as occurred_at,
    cast(a.happened_at as date) as day,
    case when a.passed then 0.0 else 1.0 end as value,
    a.passed as ok,
    cast(null as varchar) as excluded_because,
    o.paid_cny as base_cny,
    a.order_id,
    a.conversation_id,
    a.message_id,
    a.agent_id,
    cast(null as varchar) as matched_term,
    a.severity,
    1 as weight
from annotations as a
inner join combos_annotation as k
    on a.concept = k.concept
left join nearby_orders as o
    on a.store_id = o.store_id and a.order_id = o.order_id

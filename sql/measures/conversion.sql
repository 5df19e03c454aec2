-- conversion: one row per consulting buyer's day and combo; value = 1 when the buyer ordered within the time
with ordered as (
    select
        k.combo,
        b.store_id,
        b.buyer_key,
        b.day,
        b.first_asked_at,
        b.conversation_id,
        count(o.order_id) as orders,
        min(o.order_id) as order_id
    from buyer_days as b
    cross join combos_conversion as k
    left join nearby_orders as o    -- who asks on the last day of a month may order in the next
        on
            b.store_id = o.store_id and b.buyer_key = o.buyer_key
            and o.paid_at >= b.first_asked_at
            and o.paid_at < b.first_asked_at + k.within_hours * interval 1 hour
    group by k.combo, b.store_id, b.buyer_key, b.day, b.first_asked_at, b.conversation_id
)

select                 -- long
    combo,
    store_id,
    concat(buyer_key, ':', cast(day as varchar)) as unit_id,
    first_asked_at as occurred_at,
    day,
    case when orders > 0 then 1.0 else 0.0 end as value,
    orders > 0 as ok,
    cast(null as varchar) as excluded_because,
    cast(null as decimal(18, 2)) as base_cny,
    order_id,
    conversation_id,
    cast(null as varchar) as message_id,
    cast(null as varchar) as agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from ordered

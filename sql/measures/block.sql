-- block: one row per block of a buyer and combo; value = 1 when the reason is not one that is allowed
select
    k.combo,
    b.store_id,
    b.block_id as unit_id,
    b.blocked_at as occurred_at,
    cast(b.blocked_at as date) as day,
    case when list_contains(k.allowed_reasons, b.reason) then 0.0 else 1.0 end as value,
    list_contains(k.allowed_reasons, b.reason) as ok,
    case when b.reason is null then 'missing:blocks.reason' end as excluded_because,
    cast(null as decimal(18, 2)) as base_cny,
    cast(null as varchar) as order_id,
    cast(null as varchar) as conversation_id,
    cast(null as varchar) as message_id,
    b.agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from blocks as b
cross join combos_block as k
where coalesce(b.kind, 'block') = 'block'

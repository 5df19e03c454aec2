-- mend_units: the three worst failing units per combo of the store's own platform, store and day
with ranked as (
    select
        u.*,
        cast(row_number() over (
            partition by u.combo, u.store_id, u.day
            order by u.value desc nulls first, u.occurred_at, u.unit_id
        ) as bigint) as place
    from units as u
    inner join home_combos as h
        on u.combo = h.combo and split_part(u.store_id, '/', 1) = h.platform
    where not u.ok
)

select
    combo,
    store_id,
    day,
    unit_id,
    occurred_at,
    value,
    order_id,
    conversation_id,
    message_id,
    agent_id
from ranked
where place <= 3

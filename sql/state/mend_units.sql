-- mend_units: the three worst failing units per combo, store and day
with ranked as (
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
        agent_id,
        cast(row_number() over (
            partition by combo, store_id, day
            order by value desc nulls first, occurred_at, unit_id
        ) as bigint) as place
    from units
    where not ok
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

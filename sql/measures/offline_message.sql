-- offline_message: one row per conversation and combo; value = 1 when it ended as an offline message
with judged as (       -- conversations that began in the hours
    select
        s.shape,
        c.store_id,
        c.conversation_id,
        c.started_at,
        c.agent_id,
        c.order_id,
        c.is_offline_message
    from conversations as c
    cross join shapes_offline_message as s
    where
        cast(c.started_at as date) >= s.used_from
        and cast(c.started_at as date) < s.used_to
        and (
            s.hours_from_minute is null
            or extract(hour from c.started_at) * 60 + extract(minute from c.started_at)
            between s.hours_from_minute and s.hours_to_minute - 1
        )
)

select                 -- long
    k.combo,
    j.store_id,
    j.conversation_id as unit_id,
    j.started_at as occurred_at,
    cast(j.started_at as date) as day,
    case when j.is_offline_message then 1.0 else 0.0 end as value,
    not j.is_offline_message as ok,
    case when j.is_offline_message is null then 'missing:conversations.is_offline_message' end as excluded_because,
    cast(null as decimal(18, 2)) as base_cny,
    j.order_id,
    j.conversation_id,
    cast(null as varchar) as message_id,
    j.agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from judged as j
inner join combos_offline_message as k
    on j.shape = k.shape

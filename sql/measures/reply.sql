-- reply: one row per unit (round, message, conversation or consumer's day) and combo; value = wait in seconds
with alone as (        -- units of one buyer message each: nothing to combine, which is most of the work saved
    select
        shape,
        store_id,
        case unit
            when 'round' then concat(conversation_id, ':', cast(round as varchar))
            when 'message' then message_id
            else conversation_id
        end as unit_id,
        asked_at as occurred_at,
        day,
        conversation_id,
        message_id,
        agent_id,
        order_id,
        without_robot and next_is_robot as robot_only,
        reported,
        without_midnight and coalesce(crosses_midnight, false) as crosses_midnight,
        wait_seconds,
        wait_seconds is null as unanswered
    from reply_waits
    where
        (unit = 'message' or unit = 'round' and every = 'round_opening' or unit in ('round', 'conversation') and every = 'session_opening')
        and day >= used_from and day < used_to
),

together as (          -- units of several buyer messages: their waits become one as the shape combines them
    select
        shape,
        store_id,
        case unit when 'consumer_day' then buyer_key else conversation_id end as unit_key,
        case unit when 'consumer_day' then day end as unit_day,
        case unit when 'round' then round end as unit_round,
        min(asked_at) as occurred_at,
        min(day) as day,
        min(conversation_id) as conversation_id,
        min_by(message_id, asked_at) as message_id,
        min_by(agent_id, asked_at) as agent_id,
        min(order_id) as order_id,
        bool_and(without_robot and next_is_robot) as robot_only,
        bool_and(reported) as reported,
        bool_and(without_midnight and coalesce(crosses_midnight, false)) as crosses_midnight,
        case min(combine)
            when 'mean' then avg(wait_seconds)
            when 'first' then nullif(min_by(coalesce(wait_seconds, -1), asked_at), -1)
            else max(wait_seconds)
        end as wait_seconds,
        case when min(combine) = 'first' then min_by(coalesce(wait_seconds, -1), asked_at) < 0 else bool_or(wait_seconds is null) end as unanswered
    from reply_waits
    where
        unit = 'consumer_day'
        or unit = 'round' and every = 'buyer_message'
        or unit = 'conversation' and every <> 'session_opening'
    group by
        shape, store_id, case unit when 'consumer_day' then buyer_key else conversation_id end,
        case unit when 'consumer_day' then day end, case unit when 'round' then round end
    having min(day) >= min(used_from) and min(day) < min(used_to)
),

clocked as (           -- one row per unit
    select *
    from alone
    union all
    select
        shape,
        store_id,
        case
            when unit_day is not null then concat(unit_key, ':', cast(unit_day as varchar))
            when unit_round is not null then concat(unit_key, ':', cast(unit_round as varchar))
            else unit_key
        end as unit_id,
        occurred_at,
        day,
        conversation_id,
        message_id,
        agent_id,
        order_id,
        robot_only,
        reported,
        crosses_midnight,
        wait_seconds,
        unanswered
    from together
),

counted as (           -- value and ok by the combo's limit
    select
        k.combo,
        c.store_id,
        c.unit_id,
        c.occurred_at,
        c.day,
        c.conversation_id,
        c.message_id,
        c.agent_id,
        c.order_id,
        k.within_seconds,
        case
            when c.reported then 'reported_user'
            when c.robot_only then 'robot_only'
            when c.crosses_midnight then 'cross_midnight'
            when c.wait_seconds is null and k.unanswered = 'exclude' then 'unanswered'
        end as excluded_because,
        case
            -- of several waits those without an answer are left out, or they make the whole unanswered
            when c.unanswered and k.unanswered <> 'exclude' then case when k.unanswered = 'impute' then k.imputed_seconds end
            else least(c.wait_seconds, coalesce(k.cap_seconds, c.wait_seconds))
        end as value
    from clocked as c
    inner join combos_reply as k
        on c.shape = k.shape
)

select                 -- long
    combo,
    store_id,
    unit_id,
    occurred_at,
    day,
    value,
    case
        when excluded_because is not null then null
        when value is null then false
        else value <= coalesce(within_seconds, value)
    end as ok,
    excluded_because,
    cast(null as decimal(18, 2)) as base_cny,
    order_id,
    conversation_id,
    message_id,
    agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from counted

-- reply: one row per unit (round, message, conversation or consumer's day) and combo; value = wait in seconds
with judged as (       -- the buyer messages that start a clock, and the wait for whose reply counts
    select
        s.shape,
        s.unit,
        s.combine,
        s.same_day,
        s.clock_start,
        s.used_from,
        s.used_to,
        s.robot_rounds = 'exclude' or list_contains(s.excludes, 'robot_only') as without_robot,
        list_contains(s.excludes, 'cross_midnight') as without_midnight,
        a.store_id,
        a.conversation_id,
        a.message_id,
        a.agent_id,
        a.order_id,
        a.asked_at,
        a.day,
        a.next_is_robot,
        list_contains(s.excludes, 'reported_user') and r.buyer_key is not null as reported,
        a.transferred_at,
        a.session_started_at,
        case s.unit
            when 'round' then concat(a.conversation_id, ':', cast(a.round as varchar))
            when 'message' then a.message_id
            when 'conversation' then a.conversation_id
            else concat(a.buyer_key, ':', cast(a.day as varchar))
        end as unit_id,
        case s.reply_by
            when 'human' then a.wait_human_seconds
            when 'assisted' then a.wait_assisted_seconds
            else a.wait_any_seconds
        end as answer_seconds
    from asks as a
    cross join shapes_reply as s
    left join reported_buyers as r
        on a.store_id = r.store_id and a.buyer_key = r.buyer_key and a.asked_at >= r.from_at and a.asked_at <= r.to_at
    where
        -- a unit's day is that of its first message: what follows belongs to it on later days too
        case
            when s.unit in ('round', 'conversation') then cast(a.session_started_at as date) < s.used_to
            else a.day >= s.used_from and a.day < s.used_to
        end
        -- a round or conversation is counted where its conversation began, a consumer's day where it was asked
        and case when s.unit in ('round', 'conversation') then a.of_month else a.in_month end
        and (s.every = 'buyer_message' or (s.every = 'round_opening' and a.opens_round) or a.opens_session)
        and (not s.reached_human_only or a.reached_human)
        and (s.offline_messages = 'count' or not coalesce(a.is_offline_message, false))
        and (
            s.hours_from_minute is null
            or case s.hours_apply_to
                when 'session_start' then extract(hour from a.session_started_at) * 60 + extract(minute from a.session_started_at)
                when 'reply' then coalesce(extract(hour from a.human_at) * 60 + extract(minute from a.human_at), a.minute_of_day)
                else a.minute_of_day
            end between s.hours_from_minute and s.hours_to_minute - 1
        )
),

timed as (             -- the wait by the shape's own definition; null when no reply counts
    select
        *,
        (epoch(asked_at) - epoch(cast(day as timestamp))) + answer_seconds >= 86400 as crosses_midnight,
        case
            when same_day and (epoch(asked_at) - epoch(cast(day as timestamp))) + answer_seconds >= 86400 then null
            when clock_start = 'transfer' and transferred_at > asked_at then answer_seconds - (epoch(transferred_at) - epoch(asked_at))
            when clock_start = 'session_start' then answer_seconds + (epoch(asked_at) - epoch(session_started_at))
            else answer_seconds
        end as wait_seconds
    from judged
),

clocked as (           -- one row per unit: several waits become one as the shape combines them
    select
        shape,
        store_id,
        unit_id,
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
    from timed
    group by shape, store_id, unit_id
    having min(day) >= min(used_from) and min(day) < min(used_to)
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

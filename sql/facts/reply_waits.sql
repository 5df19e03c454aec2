-- reply_waits: one row per buyer message and shape of reply whose clock it starts, with the wait that counts
with judged as (       -- the buyer messages that start a clock, and the wait for whose reply counts
    select
        s.shape,
        s.unit,
        s.every,
        s.combine,
        s.same_day,
        s.clock_start,
        s.used_from,
        s.used_to,
        s.robot_rounds = 'exclude' or list_contains(s.excludes, 'robot_only') as without_robot,
        list_contains(s.excludes, 'cross_midnight') as without_midnight,
        a.store_id,
        a.conversation_id,
        a.round,
        a.buyer_key,
        a.message_id,
        a.agent_id,
        a.order_id,
        a.asked_at,
        a.day,
        a.next_is_robot,
        list_contains(s.excludes, 'reported_user') and r.message_id is not null as reported,
        a.transferred_at,
        a.session_started_at,
        case s.reply_by
            when 'human' then a.wait_human_seconds
            when 'assisted' then a.wait_assisted_seconds
            else a.wait_any_seconds
        end as answer_seconds
    from asks as a
    left join reported_asks as r
        on a.store_id = r.store_id and a.message_id = r.message_id
    inner join shapes_reply_by_store as s
        on a.store_id = s.store_id
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
)

select                 -- the wait by the shape's own definition; null when no reply counts
    *,
    (epoch(asked_at) - epoch(cast(day as timestamp))) + answer_seconds >= 86400 as crosses_midnight,
    case
        when same_day and (epoch(asked_at) - epoch(cast(day as timestamp))) + answer_seconds >= 86400 then null
        when clock_start = 'transfer' and transferred_at > asked_at then answer_seconds - (epoch(transferred_at) - epoch(asked_at))
        when clock_start = 'session_start' then answer_seconds + (epoch(asked_at) - epoch(session_started_at))
        else answer_seconds
    end as wait_seconds
from judged

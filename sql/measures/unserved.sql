-- unserved: one row per conversation and combo; value = 1 when nobody served it
with judged as (       -- conversations with a buyer message in the hours
    select
        s.shape,
        s.cases,
        a.store_id,
        a.conversation_id,
        min(a.asked_at) as occurred_at,
        min_by(a.message_id, a.asked_at) as message_id,
        max(a.agent_id) as agent_id,
        min(a.order_id) as order_id,
        bool_or(coalesce(a.is_offline_message, false)) as is_offline_message,
        bool_or(
            case s.reply_by
                when 'human' then a.wait_human_seconds
                when 'assisted' then a.wait_assisted_seconds
                else a.wait_any_seconds
            end is not null
        ) as served
    from asks as a
    cross join shapes_unserved as s
    where
        a.of_month
        and cast(a.session_started_at as date) < s.used_to
        and (s.cards_open or a.kind not in ('product_card', 'order_card'))
        and (s.hours_from_minute is null or a.minute_of_day between s.hours_from_minute and s.hours_to_minute - 1)
    group by s.shape, s.cases, s.used_from, s.used_to, a.store_id, a.conversation_id
    -- a conversation's day is that of its first message in the hours, also when it goes on under a later version
    having min(a.day) >= s.used_from and min(a.day) < s.used_to
),

excluded as (          -- no verdict on conversations that never came to a person nor to an offline message
    select
        shape,
        store_id,
        conversation_id,
        message_id,
        agent_id,
        order_id,
        occurred_at,
        case
            when served then null
            when is_offline_message and list_contains(cases, 'offline_message') then null
            when agent_id is not null and list_contains(cases, 'assigned_without_reply') then null
            else 'never_assigned'
        end as excluded_because,
        served
    from judged
)

select                 -- long
    k.combo,
    e.store_id,
    e.conversation_id as unit_id,
    e.occurred_at,
    cast(e.occurred_at as date) as day,
    case when e.served then 0.0 else 1.0 end as value,
    case when e.excluded_because is null then e.served end as ok,
    e.excluded_because,
    cast(null as decimal(18, 2)) as base_cny,
    e.order_id,
    e.conversation_id,
    e.message_id,
    e.agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from excluded as e
inner join combos_unserved as k
    on e.shape = k.shape

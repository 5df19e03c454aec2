-- contact: one row per buyer's day with agent messages and combo; value = messages unasked in the night or too many without an answer
with sent as (
    select
        k.combo,
        k.unit,
        k.at_least,
        k.unanswered_messages,
        u.store_id,
        case k.unit
            when 'conversation' then u.conversation_id
            else concat(u.buyer_key, ':', cast(cast(u.sent_at as date) as varchar))
        end as unit_id,
        u.sent_at,
        u.conversation_id,
        u.message_id,
        u.agent_id,
        -- night hours run over midnight: from late in the evening to early in the morning
        case
            when k.night_hours_from_minute is null then false
            when k.night_hours_from_minute < k.night_hours_to_minute
                then
                    extract(hour from u.sent_at) * 60 + extract(minute from u.sent_at)
                    between k.night_hours_from_minute and k.night_hours_to_minute - 1
            else
                extract(hour from u.sent_at) * 60 + extract(minute from u.sent_at) >= k.night_hours_from_minute
                or extract(hour from u.sent_at) * 60 + extract(minute from u.sent_at) < k.night_hours_to_minute
        end as at_night,
        u.turn = 0 as unasked,
        u.unanswered > coalesce(k.unanswered_messages, 1000000) as unheard
    from unanswered_runs as u
    cross join combos_contact as k
    where u.agent_id is not null and case k.unit when 'conversation' then u.of_month else u.in_month end
),

counted as (
    select
        combo,
        store_id,
        unit_id,
        at_least,
        min(sent_at) as occurred_at,
        min(conversation_id) as conversation_id,
        min_by(message_id, sent_at) as message_id,
        min_by(agent_id, sent_at) as agent_id,
        count(case when unheard or unasked and at_night then 1 end) as times
    from sent
    group by combo, store_id, unit_id, at_least
)

select                 -- long
    combo,
    store_id,
    unit_id,
    occurred_at,
    cast(occurred_at as date) as day,
    cast(times as double) as value,
    times < at_least as ok,
    cast(null as varchar) as excluded_because,
    cast(null as decimal(18, 2)) as base_cny,
    cast(null as varchar) as order_id,
    conversation_id,
    message_id,
    agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from counted

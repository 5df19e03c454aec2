-- phrase_absent: one row per conversation in which the role spoke and combo; value = times the phrase was said
with spoke as (
    select
        k.combo,
        k.lexicons,
        k.role,
        m.store_id,
        m.conversation_id,
        min(m.sent_at) as occurred_at,
        min_by(m.agent_id, m.sent_at) as agent_id
    from messages as m
    inner join combos_phrase_absent as k
        on m.role = k.role or (k.role = 'staff' and m.role in ('agent', 'robot'))
    where m.kind = 'text'
    group by k.combo, k.lexicons, k.role, m.store_id, m.conversation_id
),

said as (
    select
        s.combo,
        s.store_id,
        s.conversation_id,
        s.occurred_at,
        s.agent_id,
        count(h.message_id) as times
    from spoke as s
    left join hits as h
        on
            s.store_id = h.store_id and s.conversation_id = h.conversation_id
            and list_contains(s.lexicons, h.lexicon)
            and (h.role = s.role or (s.role = 'staff' and h.role in ('agent', 'robot')))
    group by s.combo, s.store_id, s.conversation_id, s.occurred_at, s.agent_id
)

select                 -- long
    combo,
    store_id,
    conversation_id as unit_id,
    occurred_at,
    cast(occurred_at as date) as day,
    cast(times as double) as value,
    times > 0 as ok,
    cast(null as varchar) as excluded_because,
    cast(null as decimal(18, 2)) as base_cny,
    cast(null as varchar) as order_id,
    conversation_id,
    cast(null as varchar) as message_id,
    agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from said

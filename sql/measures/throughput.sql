-- throughput: one row per agent's day and combo; value = conversations, buyers or questions handled
with handled as (
    select
        k.combo,
        m.store_id,
        m.agent_id,
        cast(m.sent_at as date) as day,
        count(distinct case k.count
            when 'buyers' then m.buyer_key
            when 'questions' then concat(m.conversation_id, ':', cast(m.round as varchar))
            else m.conversation_id
        end) as handled
    from messages as m
    cross join combos_throughput as k
    where m.role = 'agent' and m.agent_id is not null
    group by k.combo, m.store_id, m.agent_id, cast(m.sent_at as date)
)

select                 -- long
    h.combo,
    h.store_id,
    concat(h.agent_id, ':', cast(h.day as varchar)) as unit_id,
    cast(h.day as timestamp) as occurred_at,
    h.day,
    cast(h.handled as double) as value,
    h.handled >= coalesce(k.at_least, h.handled) and h.handled <= coalesce(k.at_most, h.handled) as ok,
    cast(null as varchar) as excluded_because,
    cast(null as decimal(18, 2)) as base_cny,
    cast(null as varchar) as order_id,
    cast(null as varchar) as conversation_id,
    cast(null as varchar) as message_id,
    h.agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from handled as h
inner join combos_throughput as k
    on h.combo = k.combo

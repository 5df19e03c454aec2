-- throughput: one row per agent's day and combo; value = conversations, buyers or questions handled
with handled as (
    select
        k.combo,
        a.store_id,
        a.agent_id,
        a.day,
        count(distinct case k.count
            when 'buyers' then a.buyer_key
            when 'questions' then concat(a.conversation_id, ':', cast(a.round as varchar))
            else a.conversation_id
        end) as handled
    from asks as a
    cross join combos_throughput as k
    where a.in_month and a.agent_id is not null and a.wait_human_seconds is not null
    group by k.combo, a.store_id, a.agent_id, a.day
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

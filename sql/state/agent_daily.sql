-- agent_daily: one row per store, agent and day; waits are those of the rounds asked of the agent
with said as (
    select store_id, agent_id, sent_at, conversation_id, buyer_key from messages where role = 'agent' and agent_id is not null
    union all
    select store_id, agent_id, sent_at, conversation_id, buyer_key from earlier_messages where role = 'agent' and agent_id is not null
),

sent as (
    select
        m.store_id,
        m.agent_id,
        cast(m.sent_at as date) as day,
        count(distinct m.conversation_id) as conversations,
        count(distinct m.buyer_key) as buyers,
        count(*) as messages
    from said as m
    inner join store_spans as s
        on m.store_id = s.store_id
    where m.sent_at >= s.from_at and m.sent_at < s.to_at
    group by m.store_id, m.agent_id, cast(m.sent_at as date)
),

asked as (
    select
        store_id,
        agent_id,
        day,
        count(*) as rounds,
        count(wait_human_seconds) as answered_rounds,
        cast(sum(cast(wait_human_seconds as decimal(18, 3))) as double) as wait_sum,
        count(case when opens_session then wait_human_seconds end) as first_answered,
        cast(sum(case when opens_session then cast(wait_human_seconds as decimal(18, 3)) end) as double) as first_wait_sum,
        count(case when wait_human_seconds <= 30 then 1 end) as within_30s,
        count(case when wait_human_seconds <= 180 then 1 end) as within_3min,
        count(case when wait_human_seconds <= 300 then 1 end) as within_5min
    from asks
    where in_month and opens_round and agent_id is not null
    group by store_id, agent_id, day
)

select
    coalesce(s.store_id, a.store_id) as store_id,
    coalesce(s.agent_id, a.agent_id) as agent_id,
    coalesce(s.day, a.day) as day,
    coalesce(s.conversations, 0) as conversations,
    coalesce(s.buyers, 0) as buyers,
    coalesce(s.messages, 0) as messages,
    coalesce(a.rounds, 0) as rounds,
    coalesce(a.answered_rounds, 0) as answered_rounds,
    a.wait_sum,
    coalesce(a.first_answered, 0) as first_answered,
    a.first_wait_sum,
    coalesce(a.within_30s, 0) as within_30s,
    coalesce(a.within_3min, 0) as within_3min,
    coalesce(a.within_5min, 0) as within_5min
from sent as s
full outer join asked as a
    on s.store_id = a.store_id and s.agent_id = a.agent_id and s.day = a.day

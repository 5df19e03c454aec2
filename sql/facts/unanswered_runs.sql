-- unanswered_runs: one row per agent message with the messages the buyer has not answered up to it
with counted as (
    select
        store_id,
        conversation_id,
        message_id,
        buyer_key,
        agent_id,
        sent_at,
        seq,
        role,
        cast(sum(case when role = 'buyer' then 1 else 0 end) over (
            partition by store_id, conversation_id order by sent_at, seq
            rows between unbounded preceding and current row
        ) as bigint) as turn
    from messages
    where role in ('buyer', 'agent') and kind <> 'recall'
),

numbered as (
    select
        *,
        cast(row_number() over (partition by store_id, conversation_id, turn order by sent_at, seq) as bigint)
        - case when turn = 0 then 0 else 1 end as unanswered
    from counted
)

select
    store_id,
    conversation_id,
    message_id,
    buyer_key,
    agent_id,
    sent_at,
    turn,
    unanswered
from numbered
where role = 'agent'

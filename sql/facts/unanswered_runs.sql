-- unanswered_runs: one row per agent message with the messages the buyer has not answered up to it
with said as (         -- conversations of these months, and earlier ones that go on into their days
    select
        store_id,
        conversation_id,
        message_id,
        buyer_key,
        agent_id,
        sent_at,
        seq,
        role,
        kind,
        true as of_month
    from messages
    union all
    select
        store_id,
        conversation_id,
        message_id,
        buyer_key,
        agent_id,
        sent_at,
        seq,
        role,
        kind,
        false as of_month
    from earlier_messages
),

counted as (
    select
        store_id,
        conversation_id,
        message_id,
        buyer_key,
        agent_id,
        sent_at,
        seq,
        role,
        of_month,
        cast(sum(case when role = 'buyer' then 1 else 0 end) over (
            partition by store_id, conversation_id order by sent_at, seq
            rows between unbounded preceding and current row
        ) as bigint) as turn
    from said
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
    n.store_id,
    n.conversation_id,
    n.message_id,
    n.buyer_key,
    n.agent_id,
    n.sent_at,
    n.turn,
    n.unanswered,
    n.of_month,
    n.sent_at >= s.from_at and n.sent_at < s.to_at as in_month
from numbered as n
inner join store_spans as s
    on n.store_id = s.store_id
where n.role = 'agent'

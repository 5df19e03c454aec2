-- breach_rows: one row per breach, ladder nodes among them, with its certainty; what has nothing to be tested is as sure as its finding
select
    b.breach_id,
    b.store_id,
    b.version_id,
    b.occurred_at,
    b.day,
    b.window_start,
    b.agent_id,
    b.order_id,
    b.conversation_id,
    b.message_id,
    b.value,
    b.severity,
    b.matched_term,
    b.paid_cny as base_cny,
    cast(null as decimal(18, 6)) as node,
    cast(null as decimal(18, 6)) as balance,
    coalesce(c.certainty, case when b.unsettled then 'contingent' else 'confirmed' end) as certainty,
    coalesce(c.priced, 'no') as priced,
    coalesce(c.effects, 0) as effects
from breach_base as b
left join breach_certainty as c
    on b.breach_id = c.breach_id
union all
select
    n.breach_id,
    n.store_id,
    n.version_id,
    n.occurred_at,
    n.day,
    cast(null as date) as window_start,
    cast(null as varchar) as agent_id,
    cast(null as varchar) as order_id,
    cast(null as varchar) as conversation_id,
    cast(null as varchar) as message_id,
    cast(n.balance as double) as value,
    cast(null as varchar) as severity,
    cast(null as varchar) as matched_term,
    cast(null as decimal(18, 2)) as base_cny,
    n.node,
    n.balance,
    c.certainty,
    c.priced,
    c.effects
from ledger_crossings as n
inner join breach_certainty as c
    on n.breach_id = c.breach_id

-- breach_rows: one row per breach, ladder nodes among them, before its costs
select
    breach_id,
    store_id,
    version_id,
    occurred_at,
    day,
    window_start,
    agent_id,
    order_id,
    conversation_id,
    message_id,
    value,
    severity,
    matched_term,
    paid_cny as base_cny,
    cast(null as decimal(18, 6)) as node,
    cast(null as decimal(18, 6)) as balance
from breach_base
union all
select distinct
    breach_id,
    store_id,
    version_id,
    occurred_at,
    day,
    cast(null as date) as window_start,
    cast(null as varchar) as agent_id,
    cast(null as varchar) as order_id,
    cast(null as varchar) as conversation_id,
    cast(null as varchar) as message_id,
    cast(balance as double) as value,
    cast(null as varchar) as severity,
    cast(null as varchar) as matched_term,
    cast(null as decimal(18, 2)) as base_cny,
    node,
    balance
from ledger_crossings

-- privacy: one row per agent message with personal data and combo; value = kinds of data given away
-- a kind that this very account wrote before in the conversation is taken to be its own; any other kind is not
with wanted as (       -- one row per combo and kind
    select
        combo,
        other_account_only,
        unnest(kinds) as kind
    from combos_privacy
),

given as (             -- when the buyer first wrote each kind
    select
        m.store_id,
        m.conversation_id,
        w.kind,
        min(m.sent_at) as given_at
    from messages as m
    inner join (select distinct kind from wanted) as w
        on list_contains(m.pii_kinds, w.kind)
    where m.role = 'buyer'
    group by m.store_id, m.conversation_id, w.kind
),

sent as (
    select
        w.combo,
        m.store_id,
        m.message_id,
        m.conversation_id,
        m.agent_id,
        m.sent_at,
        m.order_id,
        count(
            distinct case
                when
                    list_contains(m.pii_kinds, w.kind)
                    and not (w.other_account_only and coalesce(g.given_at < m.sent_at, false))
                    then w.kind
            end
        ) as kinds_given_away
    from messages as m
    cross join wanted as w
    left join given as g
        on m.store_id = g.store_id and m.conversation_id = g.conversation_id and w.kind = g.kind
    where m.role = 'agent' and len(m.pii_kinds) > 0
    group by w.combo, m.store_id, m.message_id, m.conversation_id, m.agent_id, m.sent_at, m.order_id
),

told_daily as (
    select
        combo,
        store_id,
        cast(sent_at as date) as day,
        count(*) as units
    from sent
    group by combo, store_id, cast(sent_at as date)
)

select                 -- long
    combo,
    store_id,
    message_id as unit_id,
    sent_at as occurred_at,
    cast(sent_at as date) as day,
    cast(kinds_given_away as double) as value,
    kinds_given_away = 0 as ok,
    cast(null as varchar) as excluded_because,
    cast(null as decimal(18, 2)) as base_cny,
    order_id,
    conversation_id,
    message_id,
    agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from sent
union all
select                 -- every other message that agents sent on the day
    k.combo,
    a.store_id,
    concat('others:', cast(a.day as varchar)) as unit_id,
    cast(a.day as timestamp) as occurred_at,
    a.day,
    0.0 as value,
    true as ok,
    cast(null as varchar) as excluded_because,
    cast(null as decimal(18, 2)) as base_cny,
    cast(null as varchar) as order_id,
    cast(null as varchar) as conversation_id,
    cast(null as varchar) as message_id,
    cast(null as varchar) as agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    a.messages - coalesce(f.units, 0) as weight
from agent_messages_daily as a
cross join combos_privacy as k
left join told_daily as f
    on k.combo = f.combo and a.store_id = f.store_id and a.day = f.day
where a.messages > coalesce(f.units, 0)

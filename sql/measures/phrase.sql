-- phrase: one row per message or conversation with a hit and combo, and one row for all others of a store's day
with said as (         -- what each role said, minute by minute: few rows, whatever shapes ask of them
    select
        store_id,
        cast(sent_at as date) as day,
        role,
        extract(hour from sent_at) * 60 + extract(minute from sent_at) as minute,
        count(*) as messages
    from messages
    where kind <> 'recall'
    group by store_id, cast(sent_at as date), role, extract(hour from sent_at) * 60 + extract(minute from sent_at)
),

talked as (            -- conversations in which the role spoke; the day of the first word is theirs, midnight or not
    select
        s.shape,
        s.used_from,
        s.used_to,
        m.store_id,
        m.conversation_id,
        min(cast(m.sent_at as date)) as day
    from messages as m
    cross join shapes_phrase as s
    where
        s.unit = 'conversation'
        and m.kind <> 'recall'
        and (m.role = s.role or (s.role = 'staff' and m.role in ('agent', 'robot')))
        and (
            s.hours_from_minute is null
            or extract(hour from m.sent_at) * 60 + extract(minute from m.sent_at)
            between s.hours_from_minute and s.hours_to_minute - 1
        )
    group by s.shape, s.used_from, s.used_to, m.store_id, m.conversation_id
),

heard as (             -- many shapes listen to the same role at the same hours
    select
        s.role,
        s.hours_from_minute,
        s.hours_to_minute,
        m.store_id,
        m.day,
        cast(sum(m.messages) as bigint) as units
    from said as m
    cross join (select distinct role, hours_from_minute, hours_to_minute from shapes_phrase where unit <> 'conversation') as s
    where
        (m.role = s.role or (s.role = 'staff' and m.role in ('agent', 'robot')))
        and (s.hours_from_minute is null or m.minute between s.hours_from_minute and s.hours_to_minute - 1)
    group by s.role, s.hours_from_minute, s.hours_to_minute, m.store_id, m.day
),

spoken as (            -- what the role said, a day: the units there are
    select
        s.shape,
        h.store_id,
        h.day,
        h.units
    from heard as h
    inner join shapes_phrase as s
        on h.role = s.role and h.hours_from_minute is not distinct from s.hours_from_minute and h.hours_to_minute is not distinct from s.hours_to_minute
    where s.unit <> 'conversation' and h.day >= s.used_from and h.day < s.used_to
    union all
    select
        shape,
        store_id,
        day,
        count(*) as units
    from talked
    where day >= used_from and day < used_to
    group by shape, store_id, day
),

found as (             -- hits of the shape's lexicons
    select
        s.shape,
        s.used_from,
        s.used_to,
        h.store_id,
        case s.unit when 'conversation' then h.conversation_id else h.message_id end as unit_id,
        min(h.sent_at) as occurred_at,
        min(h.conversation_id) as conversation_id,
        min_by(h.message_id, h.sent_at) as message_id,
        min_by(h.agent_id, h.sent_at) as agent_id,
        min(h.term) as matched_term,
        count(distinct h.message_id) as times
    from hits as h
    cross join shapes_phrase as s
    where
        list_contains(s.lexicons, h.lexicon)
        and list_contains(s.tiers, h.tier)
        and (h.role = s.role or (s.role = 'staff' and h.role in ('agent', 'robot')))
        and (
            s.hours_from_minute is null
            or extract(hour from h.sent_at) * 60 + extract(minute from h.sent_at)
            between s.hours_from_minute and s.hours_to_minute - 1
        )
    group by s.shape, s.used_from, s.used_to, h.store_id, case s.unit when 'conversation' then h.conversation_id else h.message_id end
),

dated as (             -- a message's day is that of its hit, a conversation's that of its first word
    select
        f.*,
        coalesce(t.day, cast(f.occurred_at as date)) as day
    from found as f
    left join talked as t
        on f.shape = t.shape and f.store_id = t.store_id and f.unit_id = t.conversation_id
    where coalesce(t.day, cast(f.occurred_at as date)) >= f.used_from and coalesce(t.day, cast(f.occurred_at as date)) < f.used_to
),

counted as (           -- the unit fails when the phrase was said often enough, in the context that must hold
    select
        k.combo,
        f.*,
        c.order_id,
        o.paid_cny as base_cny,
        case
            when f.times < k.at_least then true
            when k.order_context = 'any_order' then c.order_id is null
            when k.order_context = 'unpaid_order'
                then coalesce(o.paid_at <= f.occurred_at, false)
            else false
        end as ok
    from dated as f
    inner join combos_phrase as k
        on f.shape = k.shape
    left join conversations as c
        on f.store_id = c.store_id and f.conversation_id = c.conversation_id
    left join nearby_orders as o
        on c.store_id = o.store_id and c.order_id = o.order_id
),

failing_daily as (
    select
        combo,
        store_id,
        day,
        count(*) as units
    from counted
    where not ok
    group by combo, store_id, day
)

select                 -- long
    combo,
    store_id,
    unit_id,
    occurred_at,
    day,
    cast(times as double) as value,
    ok,
    cast(null as varchar) as excluded_because,
    base_cny,
    order_id,
    conversation_id,
    message_id,
    agent_id,
    matched_term,
    cast(null as varchar) as severity,
    1 as weight
from counted
where not ok
union all
select
    k.combo,
    s.store_id,
    concat('others:', cast(s.day as varchar)) as unit_id,
    cast(s.day as timestamp) as occurred_at,
    s.day,
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
    s.units - coalesce(f.units, 0) as weight
from spoken as s
inner join combos_phrase as k
    on s.shape = k.shape
left join failing_daily as f
    on k.combo = f.combo and s.store_id = f.store_id and s.day = f.day
where s.units > coalesce(f.units, 0)

-- dispute: one row per order, after-sales request or consulting consumer and combo; value = 1 when it came to the event
with complained as (
    select
        store_id,
        buyer_key,
        order_id,
        cast(raised_at as date) as day,
        bool_or(coalesce(upheld, false)) as upheld,
        bool_or(coalesce(is_regulator, false)) as is_regulator
    from nearby_complaints
    group by store_id, buyer_key, order_id, cast(raised_at as date)
),

units_of as (          -- the denominator, each with what came of it
    select
        'order' as unit,
        o.store_id,
        o.order_id as unit_id,
        o.paid_at as occurred_at,
        o.order_id,
        bool_or(coalesce(r.platform_involved, false)) as platform_involved,
        count(c.day) > 0 as complaint,
        bool_or(coalesce(c.upheld, false)) as upheld_complaint,
        bool_or(coalesce(c.is_regulator, false)) as regulator_complaint
    from orders as o
    left join nearby_aftersales as r
        on o.store_id = r.store_id and o.order_id = r.order_id
    left join complained as c
        on o.store_id = c.store_id and o.order_id = c.order_id
    where o.paid_at is not null
    group by o.store_id, o.order_id, o.paid_at
    union all
    select
        'aftersale' as unit,
        r.store_id,
        r.aftersale_id as unit_id,
        r.requested_at as occurred_at,
        r.order_id,
        coalesce(r.platform_involved, false) as platform_involved,
        count(c.day) > 0 as complaint,
        bool_or(coalesce(c.upheld, false)) as upheld_complaint,
        bool_or(coalesce(c.is_regulator, false)) as regulator_complaint
    from aftersales as r
    left join complained as c
        on r.store_id = c.store_id and r.order_id = c.order_id
    where r.requested_at is not null
    group by r.store_id, r.aftersale_id, r.requested_at, r.order_id, r.platform_involved
    union all
    select
        'consumer' as unit,
        b.store_id,
        concat(b.buyer_key, ':', cast(b.day as varchar)) as unit_id,
        b.first_asked_at as occurred_at,
        cast(null as varchar) as order_id,
        false as platform_involved,
        count(c.day) > 0 as complaint,
        bool_or(coalesce(c.upheld, false)) as upheld_complaint,
        bool_or(coalesce(c.is_regulator, false)) as regulator_complaint
    from buyer_days as b
    left join complained as c
        on b.store_id = c.store_id and b.buyer_key = c.buyer_key and b.day = c.day
    group by b.store_id, b.buyer_key, b.day, b.first_asked_at
)

select                 -- long
    k.combo,
    u.store_id,
    u.unit_id,
    u.occurred_at,
    cast(u.occurred_at as date) as day,
    case
        when case k.event
            when 'platform_involved' then u.platform_involved
            when 'upheld_complaint' then u.upheld_complaint
            when 'regulator_complaint' then u.regulator_complaint
            else u.complaint
        end then 1.0 else 0.0
    end as value,
    not case k.event
        when 'platform_involved' then u.platform_involved
        when 'upheld_complaint' then u.upheld_complaint
        when 'regulator_complaint' then u.regulator_complaint
        else u.complaint
    end as ok,
    cast(null as varchar) as excluded_because,
    cast(null as decimal(18, 2)) as base_cny,
    u.order_id,
    cast(null as varchar) as conversation_id,
    cast(null as varchar) as message_id,
    cast(null as varchar) as agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from units_of as u
inner join combos_dispute as k
    on u.unit = k.unit

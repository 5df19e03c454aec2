-- open_deadlines: one row per unit not due yet and home rule, the nearest deadline first
with at_stake as (
    select
        breach_id,
        cast(sum(case when kind = 'money' and currency = 'CNY' then low end) as decimal(18, 2)) as at_stake_low,
        cast(sum(case when kind = 'money' and currency = 'CNY' then high end) as decimal(18, 2)) as at_stake_high,
        cast(sum(case when kind = 'points' then high end) as decimal(18, 6)) as at_stake_points
    from open_effects
    group by breach_id
),

seen as (
    select
        store_id,
        max(data_until) as data_until
    from fact_days
    group by store_id
)

select
    o.store_id,
    s.platform,
    o.pack,
    o.rule_id,
    o.order_id,
    o.conversation_id,
    cast(null as varchar) as complaint_id,
    o.occurred_at as due_at,
    n.data_until as as_of,
    a.at_stake_low,
    a.at_stake_high,
    a.at_stake_points,
    concat(v.title_zh, '：', coalesce(concat('订单 ', o.order_id), '售后单'), ' 须在 ', substr(cast(o.occurred_at as varchar), 1, 16), ' 前办妥') as zh,
    concat(v.title_en, ': ', coalesce(concat('order ', o.order_id), 'the request'), ' is due by ', substr(cast(o.occurred_at as varchar), 1, 16)) as en,
    o.track,
    r.run_id,
    r.packs_version
from open_base as o
inner join rule_versions as v
    on o.version_id = v.version_id
inner join stores as s
    on o.store_id = s.store_id
inner join seen as n
    on o.store_id = n.store_id
left join at_stake as a
    on o.breach_id = a.breach_id
cross join run_info as r
where o.occurred_at >= n.data_until

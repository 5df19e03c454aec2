-- exposure: one row per store, pack, rule, month, certainty and points class; money and sanction on the first class only
with costed as (
    select
        b.store_id,
        b.pack,
        b.track,
        b.rule_id,
        b.concept,
        substr(cast(b.day as varchar), 1, 7) as month,
        c.certainty,
        count(*) as breaches
    from breach_certainty as c
    inner join (
        select
            w.breach_id,
            w.store_id,
            w.day,
            v.pack,
            v.track,
            v.rule_id,
            v.concept
        from breach_rows as w
        inner join rule_versions as v
            on w.version_id = v.version_id
    ) as b
        on c.breach_id = b.breach_id
    group by b.store_id, b.pack, b.track, b.rule_id, b.concept, substr(cast(b.day as varchar), 1, 7), c.certainty
),

priced_by as (         -- the breaches that the row speaks of, priced or not
    select
        store_id,
        pack,
        track,
        rule_id,
        month,
        certainty,
        case when min(priced) = max(priced) then min(priced) else 'partly' end as priced
    from (
        select
            w.store_id,
            v.pack,
            v.track,
            v.rule_id,
            substr(cast(w.day as varchar), 1, 7) as month,
            c.certainty,
            c.priced
        from breach_certainty as c
        inner join breach_rows as w
            on c.breach_id = w.breach_id
        inner join rule_versions as v
            on w.version_id = v.version_id
    ) as breach_prices
    group by store_id, pack, track, rule_id, month, certainty
),

paid as (              -- an effect may be surer or less sure than its breach
    select
        e.store_id,
        e.pack,
        e.track,
        e.rule_id,
        e.concept,
        substr(cast(e.day as varchar), 1, 7) as month,
        e.certainty,
        e.kind,
        e.code,
        e.currency,
        e.low,
        e.high,
        e.breach_id
    from combined_effects as e
),

money as (             -- what is known at its low end only has no high end
    select
        store_id,
        pack,
        track,
        rule_id,
        concept,
        month,
        certainty,
        cast(sum(case when kind = 'money' and currency = 'CNY' then low end) as decimal(18, 2)) as money_low_cny,
        case
            when not bool_or(coalesce(kind = 'money' and currency = 'CNY' and low is not null and high is null, false))
                then cast(sum(case when kind = 'money' and currency = 'CNY' then high end) as decimal(18, 2))
        end as money_high_cny
    from paid
    group by store_id, pack, track, rule_id, concept, month, certainty
),

points as (
    select
        store_id,
        pack,
        track,
        rule_id,
        concept,
        month,
        certainty,
        code as points_class,
        cast(sum(low) as decimal(18, 6)) as points_low,
        case when not bool_or(low is not null and high is null) then cast(sum(high) as decimal(18, 6)) end as points_high,
        cast(row_number() over (
            partition by store_id, pack, track, rule_id, month, certainty order by code, concept
        ) as bigint) as class_no
    from paid
    where kind = 'points'
    group by store_id, pack, track, rule_id, concept, month, certainty, code
),

sanctioned as (
    select
        p.store_id,
        p.pack,
        p.track,
        p.rule_id,
        p.month,
        p.certainty,
        max_by(p.code, n.weight * 1000 + coalesce(p.high, 0)) as sanction,
        max_by(p.low, case when p.low is not null then n.weight * 1000 + coalesce(p.high, 0) end) as sanction_days_low,
        max_by(p.high, case when p.high is not null then n.weight * 1000 + coalesce(p.high, 0) end) as sanction_days_high,
        max(case when n.stops_sales = 'full' then p.high end) as stopped_days
    from paid as p
    inner join sanctions as n
        on p.code = n.code
    where p.kind = 'sanction'
    group by p.store_id, p.pack, p.track, p.rule_id, p.month, p.certainty
),

keys as (
    select store_id, pack, track, rule_id, concept, month, certainty from costed
    union
    select store_id, pack, track, rule_id, concept, month, certainty from paid
)

select
    k.store_id,
    s.platform,
    k.pack,
    k.pack = s.platform or k.pack = 'law' as home,
    k.rule_id,
    k.concept,
    k.month,
    k.certainty,
    coalesce(x.priced, 'yes') as priced,
    case when coalesce(p.class_no, 1) = 1 then coalesce(c.breaches, 0) else 0 end as breaches,
    case when coalesce(p.class_no, 1) = 1 then m.money_low_cny end as money_low_cny,
    case when coalesce(p.class_no, 1) = 1 then m.money_high_cny end as money_high_cny,
    p.points_class,
    p.points_low,
    p.points_high,
    case when coalesce(p.class_no, 1) = 1 then n.sanction end as sanction,
    case when coalesce(p.class_no, 1) = 1 then n.sanction_days_low end as sanction_days_low,
    case when coalesce(p.class_no, 1) = 1 then n.sanction_days_high end as sanction_days_high,
    case when coalesce(p.class_no, 1) = 1 then cast(round(n.stopped_days * d.mean_paid_cny, 2) as decimal(18, 2)) end as gmv_at_risk_cny,
    case
        when k.certainty = 'contingent' and coalesce(p.class_no, 1) = 1
            then cast(round(cast(m.money_low_cny as double) * h.share_low, 2) as decimal(18, 2))
    end as expected_low_cny,
    case
        when k.certainty = 'contingent' and coalesce(p.class_no, 1) = 1
            then cast(round(cast(m.money_high_cny as double) * h.share_high, 2) as decimal(18, 2))
    end as expected_high_cny,
    k.track,
    r.run_id,
    r.packs_version
from keys as k
inner join stores as s
    on k.store_id = s.store_id
cross join run_info as r
left join costed as c
    on
        k.store_id = c.store_id and k.pack = c.pack and k.track = c.track and k.rule_id = c.rule_id
        and k.month = c.month and k.certainty = c.certainty
left join money as m
    on
        k.store_id = m.store_id and k.pack = m.pack and k.track = m.track and k.rule_id = m.rule_id
        and k.month = m.month and k.certainty = m.certainty
left join points as p
    on
        k.store_id = p.store_id and k.pack = p.pack and k.track = p.track and k.rule_id = p.rule_id
        and k.month = p.month and k.certainty = p.certainty
left join sanctioned as n
    on
        k.store_id = n.store_id and k.pack = n.pack and k.track = n.track and k.rule_id = n.rule_id
        and k.month = n.month and k.certainty = n.certainty
left join priced_by as x
    on
        k.store_id = x.store_id and k.pack = x.pack and k.track = x.track and k.rule_id = x.rule_id
        and k.month = x.month and k.certainty = x.certainty
left join store_daily_paid as d
    on k.store_id = d.store_id
left join hit_rates as h
    on k.pack = h.pack and k.rule_id = h.rule_id and k.certainty = h.certainty and k.track = h.track

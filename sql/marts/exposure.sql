-- exposure: one row per store, pack, rule, month, certainty and points class; money and sanction on the first class only
with lines as (        -- breaches, priced or not, and effects, which may be surer or less sure than their breach
    select
        store_id,
        pack,
        track,
        rule_id,
        concept,
        month,
        certainty,
        breaches,
        priced,
        cast(null as varchar) as kind,
        cast(null as varchar) as code,
        cast(null as decimal(18, 6)) as low,
        cast(null as decimal(18, 6)) as high
    from breach_counts
    union all
    select
        store_id,
        pack,
        track,
        rule_id,
        concept,
        substr(cast(day as varchar), 1, 7) as month,
        certainty,
        cast(0 as bigint) as breaches,
        cast(null as varchar) as priced,
        case when kind = 'money' and coalesce(currency, '') <> 'CNY' then 'foreign' else kind end as kind,
        code,
        low,
        high
    from combined_effects
),

summed as (            -- what is known at its low end only has no high end; days are those of the heaviest sanction that lasts days
    select
        l.store_id,
        l.pack,
        l.track,
        l.rule_id,
        l.concept,
        l.month,
        l.certainty,
        cast(sum(l.breaches) as bigint) as breaches,
        case when min(l.priced) = max(l.priced) then min(l.priced) when min(l.priced) is not null then 'partly' end as priced,
        cast(sum(case when l.kind = 'money' then l.low end) as decimal(18, 2)) as money_low_cny,
        case
            when not bool_or(coalesce(l.kind = 'money' and l.low is not null and l.high is null, false))
                then cast(sum(case when l.kind = 'money' then l.high end) as decimal(18, 2))
        end as money_high_cny,
        max_by(l.code, n.weight * 1000 + coalesce(l.high, 0)) as sanction,
        max_by(l.low, case when l.low is not null then n.weight * 1000 + coalesce(l.high, 0) end) as sanction_days_low,
        max_by(l.high, case when l.high is not null then n.weight * 1000 + coalesce(l.high, 0) end) as sanction_days_high,
        max(case when n.stops_sales = 'full' then l.high end) as stopped_days
    from lines as l
    left join sanctions as n
        on l.kind = 'sanction' and l.code = n.code
    group by l.store_id, l.pack, l.track, l.rule_id, l.concept, l.month, l.certainty
),

points as (
    select
        store_id,
        pack,
        track,
        rule_id,
        month,
        certainty,
        code as points_class,
        cast(sum(low) as decimal(18, 6)) as points_low,
        case when not bool_or(low is not null and high is null) then cast(sum(high) as decimal(18, 6)) end as points_high
    from lines
    where kind = 'points'
    group by store_id, pack, track, rule_id, month, certainty, code
),

classed as (
    select
        s.*,
        p.points_class,
        p.points_low,
        p.points_high,
        row_number() over (
            partition by s.store_id, s.pack, s.track, s.rule_id, s.month, s.certainty order by p.points_class, s.concept
        ) = 1 as is_first
    from summed as s
    left join points as p
        on
            s.store_id = p.store_id and s.pack = p.pack and s.track = p.track and s.rule_id = p.rule_id
            and s.month = p.month and s.certainty = p.certainty
)

select
    c.store_id,
    s.platform,
    c.pack,
    c.pack = s.platform or c.pack = 'law' as home,
    c.rule_id,
    c.concept,
    c.month,
    c.certainty,
    coalesce(c.priced, 'yes') as priced,
    case when c.is_first then c.breaches else 0 end as breaches,
    case when c.is_first then c.money_low_cny end as money_low_cny,
    case when c.is_first then c.money_high_cny end as money_high_cny,
    c.points_class,
    c.points_low,
    c.points_high,
    case when c.is_first then c.sanction end as sanction,
    case when c.is_first then c.sanction_days_low end as sanction_days_low,
    case when c.is_first then c.sanction_days_high end as sanction_days_high,
    case when c.is_first then cast(round(c.stopped_days * d.mean_paid_cny, 2) as decimal(18, 2)) end as gmv_at_risk_cny,
    case
        when c.is_first and c.certainty = 'contingent'
            then cast(round(cast(c.money_low_cny as double) * h.share_low, 2) as decimal(18, 2))
    end as expected_low_cny,
    case
        when c.is_first and c.certainty = 'contingent'
            then cast(round(cast(c.money_high_cny as double) * h.share_high, 2) as decimal(18, 2))
    end as expected_high_cny,
    c.track,
    r.run_id,
    r.packs_version
from classed as c
inner join stores as s
    on c.store_id = s.store_id
cross join run_info as r
left join store_daily_paid as d
    on c.store_id = d.store_id
left join hit_rates as h
    on c.pack = h.pack and c.rule_id = h.rule_id and c.certainty = h.certainty and c.track = h.track

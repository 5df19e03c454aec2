-- points_ledger: one row per award of points or node crossed, in each of the two views
with entries as (
    select
        a.store_id,
        a.pack,
        a.track,
        a.points_class,
        a.occurred_at,
        'award' as entry,
        a.rule_id,
        a.breach_id,
        a.certainty,
        a.points,
        a.carried,
        a.balance,
        a.ladder_version,
        a.reset_at,
        a.day
    from ledger_awards as a
    union all
    select
        c.store_id,
        c.pack,
        c.track,
        c.points_class,
        c.occurred_at,
        'node' as entry,
        c.rule_id,
        c.breach_id,
        c.certainty,
        cast(0 as decimal(18, 6)) as points,
        c.carried,
        c.balance,
        c.version_id as ladder_version,
        l.reset_at,
        c.day
    from ledger_crossings as c
    inner join ladders as l
        on c.version_id = l.version_id
),

ahead as (             -- the next node above the balance
    select
        e.ladder_version,
        e.balance,
        min(n.node) as next_node
    from (select distinct ladder_version, balance from entries) as e
    inner join ladder_nodes as n
        on e.ladder_version = n.version_id and n.node > e.balance
    group by e.ladder_version, e.balance
),

pace as (              -- points a day of each account so far, for the forecast
    select
        certainty,
        store_id,
        pack,
        track,
        points_class,
        account,
        cast(sum(points) as double) as points,
        count(*) as awards,
        min(day) as first_day
    from ledger_awards
    group by certainty, store_id, pack, track, points_class, account
),

paced as (
    select
        p.*,
        c.last_day,
        cast(c.last_day - p.first_day + 1 as double) as days
    from pace as p
    cross join (select max(day) as last_day from calendar) as c
),

forecast as (          -- Poisson interval on the number of awards, by its normal approximation
    select
        e.*,
        a.next_node,
        w.last_day,
        w.points / nullif(w.days, 0) * (1 + 1.96 / nullif(sqrt(w.awards), 0)) as pace_high,
        w.points / nullif(w.days, 0) * greatest(1 - 1.96 / nullif(sqrt(w.awards), 0), 0) as pace_low
    from entries as e
    left join ahead as a
        on e.ladder_version = a.ladder_version and e.balance = a.balance
    left join paced as w
        on
            e.certainty = w.certainty and e.store_id = w.store_id and e.pack = w.pack and e.track = w.track
            and e.points_class = w.points_class
            and (w.account = 'all' or w.account = cast(date_trunc('year', e.day) as varchar))
)

select
    f.store_id,
    s.platform,
    f.pack,
    f.pack = s.platform or f.pack = 'law' as home,
    f.points_class,
    f.occurred_at,
    f.entry,
    f.rule_id,
    f.breach_id,
    f.certainty,
    f.points,
    f.carried,
    f.balance,
    f.next_node,
    f.next_node - f.balance as headroom,
    v.penalties_zh as node_effect,
    case
        when f.reset_at = 'calendar_year_end'
            then cast(date_trunc('year', f.day) + interval 1 year as date)
    end as resets_on,
    case
        when f.pace_high > 0 and f.next_node is not null
            then f.last_day + cast(ceil((f.next_node - f.balance) / nullif(f.pace_high, 0)) as integer)
    end as forecast_low,
    case
        when f.pace_low > 0 and (f.next_node - f.balance) / nullif(f.pace_low, 0) < 3650
            then f.last_day + cast(ceil((f.next_node - f.balance) / nullif(f.pace_low, 0)) as integer)
    end as forecast_high,
    f.track,
    r.run_id,
    r.packs_version
from forecast as f
inner join stores as s
    on f.store_id = s.store_id
left join rule_versions as v
    on f.ladder_version = v.version_id
cross join run_info as r

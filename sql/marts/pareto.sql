-- pareto: one row per track, certainty, store, rule, agent and hour of day with home breaches (law apart): its share of the money, dearest first
with behaviours as (   -- what is known at its low end only counts with it: a sum that leaves it out would hide the behaviour
    select
        track,
        certainty,
        store_id,
        platform,
        pack,
        rule_id,
        concept,
        coalesce(agent_id, '') as agent_id,
        cast(case when window_start is null then extract(hour from occurred_at) end as bigint) as hour_of_day,
        count(*) as breaches,
        cast(sum(money_low_cny) as decimal(18, 2)) as money_low_cny,
        cast(sum(coalesce(money_high_cny, money_low_cny)) as decimal(18, 2)) as money_high_cny,
        cast(sum(counted) as decimal(18, 6)) as points_high
    from breaches
    where home and pack <> 'law' and certainty <> 'averted'
    group by
        track, certainty, store_id, platform, pack, rule_id, concept, coalesce(agent_id, ''),
        cast(case when window_start is null then extract(hour from occurred_at) end as bigint)
),

placed as (
    select
        *,
        cast(row_number() over (
            partition by track, certainty
            order by coalesce(money_high_cny, 0) desc, coalesce(points_high, 0) desc, breaches desc, store_id, rule_id, agent_id, hour_of_day
        ) as bigint) as place,
        cast(sum(coalesce(money_high_cny, 0)) over (partition by track, certainty) as decimal(18, 2)) as total_cny,
        cast(sum(coalesce(money_high_cny, 0)) over (
            partition by track, certainty
            order by coalesce(money_high_cny, 0) desc, coalesce(points_high, 0) desc, breaches desc, store_id, rule_id, agent_id, hour_of_day
            rows between unbounded preceding and current row
        ) as decimal(18, 2)) as running_cny
    from behaviours
)

select
    p.certainty,
    p.place,
    p.store_id,
    p.platform,
    p.pack,
    p.rule_id,
    p.concept,
    nullif(p.agent_id, '') as agent_id,
    p.hour_of_day,
    p.breaches,
    p.money_low_cny,
    p.money_high_cny,
    p.points_high,
    cast(coalesce(p.money_high_cny, 0) as double) / nullif(cast(p.total_cny as double), 0) as share,
    cast(p.running_cny as double) / nullif(cast(p.total_cny as double), 0) as cumulative_share,
    p.track,
    r.run_id,
    r.packs_version
from placed as p
cross join run_info as r

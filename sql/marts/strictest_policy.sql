-- strictest_policy: one row per concept: the rule whose keeping keeps those of every platform the merchant is on
with latest as (       -- how each rule of those platforms did on all stores: every store is judged by every pack
    select
        d.concept,
        d.pack,
        d.rule_id,
        max(d.version_id) as version_id,
        min(d.unit_of_count) as unit_of_count,
        min(d.op) as op,
        min(d.threshold) as threshold,
        cast(sum(d.units) as bigint) as units,
        cast(sum(d.units - d.ok_units) as bigint) as failing,
        count(distinct case when d.status = 'breach' then d.store_id end) as stores_failing,
        count(distinct case when d.status in ('ok', 'breach') then d.store_id end) as stores_judged
    from verdicts as d
    where d.track = 'in_force' and d.pack in (select platform from stores) and d.status in ('ok', 'breach')
    group by d.concept, d.pack, d.rule_id
),

costs as (             -- what breaking each rule costs all stores together: of two alike the dearer one leads
    select
        e.pack,
        e.rule_id,
        cast(sum(coalesce(e.money_high_cny, e.money_low_cny)) as decimal(18, 2)) as money,
        cast(sum(coalesce(e.points_high, e.points_low)) as decimal(18, 2)) as points
    from exposure as e
    where e.track = 'in_force' and e.certainty <> 'averted'
    group by e.pack, e.rule_id
),

placed as (
    select
        l.*,
        count(*) over (partition by l.concept) as rules,
        count(*) over (partition by l.concept, l.unit_of_count, l.op) as alike,
        cast(row_number() over (
            partition by l.concept
            order by
                l.failing / nullif(cast(l.units as double), 0) desc,
                l.stores_failing desc,
                coalesce(c.money, 0) desc,
                coalesce(c.points, 0) desc,
                l.rule_id,
                l.pack
        ) as bigint) as place_on_log,
        cast(row_number() over (
            partition by l.concept
            order by
                case when l.op in ('ge', 'gt') then -l.threshold else l.threshold end,
                coalesce(c.money, 0) desc,
                coalesce(c.points, 0) desc,
                l.rule_id,
                l.pack
        ) as bigint) as place_by_limit
    from latest as l
    left join costs as c
        on l.pack = c.pack and l.rule_id = c.rule_id
)

select
    p.concept,
    p.unit_of_count,
    p.pack,
    p.rule_id,
    v.from_date,
    p.op,
    p.threshold,
    cast(null as varchar) as hours_from,
    cast(null as varchar) as hours_to,
    case when p.rules = p.alike then 'threshold' else 'own_log' end as basis,
    p.stores_failing,
    p.stores_judged,
    v.text_zh as zh,
    v.text_en as en,
    'in_force' as track,
    r.run_id,
    r.packs_version
from placed as p
inner join rule_versions as v
    on p.version_id = v.version_id
cross join run_info as r
where case when p.rules = p.alike then p.place_by_limit else p.place_on_log end = 1

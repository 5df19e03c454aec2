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

placed as (
    select
        *,
        count(*) over (partition by concept) as rules,
        count(*) over (partition by concept, unit_of_count, op) as alike,
        cast(row_number() over (
            partition by concept
            order by failing / nullif(cast(units as double), 0) desc, stores_failing desc, rule_id, pack
        ) as bigint) as place_on_log,
        cast(row_number() over (
            partition by concept
            order by case when op in ('ge', 'gt') then -threshold else threshold end, rule_id, pack
        ) as bigint) as place_by_limit
    from latest
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

-- breach_counts: one row per store, rule, month, certainty and state of pricing: how many breaches; `without_effect`: those that no penalty prices
select
    b.store_id,
    v.pack,
    v.track,
    v.rule_id,
    v.concept,
    b.month,
    b.certainty,
    b.priced,
    cast(sum(b.breaches) as bigint) as breaches,
    cast(sum(b.without_effect) as bigint) as without_effect
from (
    select
        store_id,
        version_id,
        substr(cast(date_trunc('month', day) as varchar), 1, 7) as month,
        certainty,
        priced,
        count(*) as breaches,
        count(case when effects = 0 then 1 end) as without_effect
    from breach_rows
    group by store_id, version_id, date_trunc('month', day), certainty, priced
) as b
inner join rule_versions as v
    on b.version_id = v.version_id
group by b.store_id, v.pack, v.track, v.rule_id, v.concept, b.month, b.certainty, b.priced

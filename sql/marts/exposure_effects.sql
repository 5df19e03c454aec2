-- exposure_effects: one row per store, rule, month, certainty and effect; breaches without a price among them
with costed as (
    select
        store_id,
        pack,
        track,
        rule_id,
        concept,
        substr(cast(day as varchar), 1, 7) as month,
        certainty,
        case when amount_unknown then 'no' else 'yes' end as priced,
        kind as effect_kind,
        code,
        currency,
        payee,
        form,
        case when kind = 'sanction' then max(low) else cast(sum(low) as decimal(18, 6)) end as low,
        case
            when kind = 'sanction' then max(high)
            when not bool_or(low is not null and high is null) then cast(sum(high) as decimal(18, 6))
        end as high,
        case
            when kind = 'sanction' then max(uncapped_high)
            when not bool_or(low is not null and uncapped_high is null) then cast(sum(uncapped_high) as decimal(18, 6))
        end as uncapped_high,
        count(distinct breach_id) as breaches
    from combined_effects
    group by
        store_id, pack, track, rule_id, concept, substr(cast(day as varchar), 1, 7), certainty, amount_unknown, kind, code,
        currency, payee, form
    union all
    select                 -- breaches that no penalty prices
        store_id,
        pack,
        track,
        rule_id,
        concept,
        month,
        certainty,
        'no' as priced,
        'none' as effect_kind,
        cast(null as varchar) as code,
        cast(null as varchar) as currency,
        cast(null as varchar) as payee,
        cast(null as varchar) as form,
        cast(null as decimal(18, 6)) as low,
        cast(null as decimal(18, 6)) as high,
        cast(null as decimal(18, 6)) as uncapped_high,
        cast(sum(without_effect) as bigint) as breaches
    from breach_counts
    where without_effect > 0
    group by store_id, pack, track, rule_id, concept, month, certainty
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
    c.priced,
    c.effect_kind,
    c.code,
    c.currency,
    c.payee,
    c.form,
    c.low,
    c.high,
    c.uncapped_high,
    c.breaches,
    c.track,
    r.run_id,
    r.packs_version
from costed as c
inner join stores as s
    on c.store_id = s.store_id
cross join run_info as r

-- exposure_effects: one row per store, rule, month, certainty and effect; breaches without a price among them
with costed as (
    select
        e.breach_id,
        e.store_id,
        e.pack,
        e.track,
        e.rule_id,
        e.concept,
        substr(cast(e.day as varchar), 1, 7) as month,
        e.certainty,
        case when e.amount_unknown then 'no' else 'yes' end as priced,
        e.kind as effect_kind,
        e.code,
        e.currency,
        e.payee,
        e.form,
        e.low,
        e.high,
        e.uncapped_high
    from combined_effects as e
    union all
    select                 -- breaches that no penalty prices
        c.breach_id,
        b.store_id,
        v.pack,
        v.track,
        v.rule_id,
        v.concept,
        substr(cast(b.day as varchar), 1, 7) as month,
        c.certainty,
        'no' as priced,
        'none' as effect_kind,
        cast(null as varchar) as code,
        cast(null as varchar) as currency,
        cast(null as varchar) as payee,
        cast(null as varchar) as form,
        cast(null as decimal(18, 6)) as low,
        cast(null as decimal(18, 6)) as high,
        cast(null as decimal(18, 6)) as uncapped_high
    from breach_certainty as c
    inner join breach_rows as b
        on c.breach_id = b.breach_id
    inner join rule_versions as v
        on b.version_id = v.version_id
    left join (select distinct breach_id from combined_effects) as e
        on c.breach_id = e.breach_id
    where e.breach_id is null
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
    case when c.effect_kind = 'sanction' then max(c.low) else cast(sum(c.low) as decimal(18, 6)) end as low,
    case
        when c.effect_kind = 'sanction' then max(c.high)
        when not bool_or(c.low is not null and c.high is null) then cast(sum(c.high) as decimal(18, 6))
    end as high,
    case
        when c.effect_kind = 'sanction' then max(c.uncapped_high)
        when not bool_or(c.low is not null and c.uncapped_high is null) then cast(sum(c.uncapped_high) as decimal(18, 6))
    end as uncapped_high,
    count(distinct c.breach_id) as breaches,
    c.track,
    r.run_id,
    r.packs_version
from costed as c
inner join stores as s
    on c.store_id = s.store_id
cross join run_info as r
group by
    c.store_id, s.platform, c.pack, c.rule_id, c.concept, c.month, c.certainty, c.priced, c.effect_kind, c.code,
    c.currency, c.payee, c.form, c.track, r.run_id, r.packs_version

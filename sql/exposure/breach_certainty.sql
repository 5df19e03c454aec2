-- breach_certainty: one row per breach that was tested, and per ladder node: the surest of its penalties, and whether it is priced
with all_breaches as (
    select
        breach_id,
        version_id,
        unsettled
    from breach_tested
    union all
    select
        breach_id,
        version_id,
        false as unsettled
    from ledger_crossings
),

picked as (
    select
        breach_id,
        min(case certainty when 'confirmed' then 1 when 'contingent' then 2 else 3 end) as sureness
    from penalty_picks
    group by breach_id
    union all
    select
        breach_id,
        min(case certainty when 'confirmed' then 1 else 2 end) as sureness
    from ledger_crossings
    group by breach_id
),

priced as (
    select
        breach_id,
        count(*) as effects,
        count(case when amount_unknown then 1 end) as unknown_effects,
        count(case when amount_unknown and low is null and high is null then 1 end) as unpriced_effects
    from all_effects
    group by breach_id
),

exempted as (
    select
        breach_id,
        max(met) as met
    from penalty_tests
    where penalty < 0
    group by breach_id
),

ruled as (
    select
        version_id,
        count(*) as penalties
    from penalties
    group by version_id
)

select
    a.breach_id,
    case
        when p.sureness = 1 then 'confirmed'
        when p.sureness = 2 then 'contingent'
        when p.sureness = 3 then 'averted'
        when r.penalties is not null or x.met = 2 then 'averted'
        when a.unsettled or x.met = 1 then 'contingent'
        else 'confirmed'
    end as certainty,
    case
        when e.effects is null or e.effects = e.unpriced_effects then 'no'
        when e.unknown_effects = 0 then 'yes'
        else 'partly'
    end as priced,
    coalesce(e.effects, 0) as effects
from all_breaches as a
left join picked as p
    on a.breach_id = p.breach_id
left join priced as e
    on a.breach_id = e.breach_id
left join ruled as r
    on a.version_id = r.version_id
left join exempted as x
    on a.breach_id = x.breach_id

-- penalty_picks: one row per breach and penalty that applies or may apply, after the version's pick
with first_met as (
    select
        breach_id,
        min(case when met = 2 and penalty > 0 then penalty end) as penalty,
        max(case when penalty < 0 then met end) as exempt
    from penalty_tests
    group by breach_id
),

open_ones as (         -- of `first`, what stands before the first that is met may still be the one
    select
        t.breach_id,
        t.version_id,
        t.penalty,
        t.met,
        v.pick,
        f.exempt
    from penalty_tests as t
    inner join judged_versions as v
        on t.version_id = v.version_id
    left join first_met as f
        on t.breach_id = f.breach_id
    where t.penalty > 0 and t.met > 0 and (v.pick <> 'first' or t.penalty <= coalesce(f.penalty, t.penalty))
),

counted as (
    select
        breach_id,
        count(*) as candidates,
        max(met) as best
    from open_ones
    group by breach_id
)

select
    o.breach_id,
    o.version_id,
    o.penalty,
    o.pick,
    case when o.pick = 'all' then 1 else c.candidates end as candidates,
    case
        when x.breach_id is not null or g.met = 0 or o.exempt = 2 then 'averted'
        when b.unsettled or g.met = 1 or o.exempt = 1 then 'contingent'
        when v.suspended_from <= b.day and v.suspended_to > b.day then 'averted'
        when v.suspended_from <= b.day and v.suspended_to is null then 'contingent'
        when o.pick = 'all' and o.met = 2 then 'confirmed'
        when o.pick <> 'all' and o.met = 2 and c.candidates = 1 then 'confirmed'
        else 'contingent'
    end as certainty
from open_ones as o
inner join counted as c
    on o.breach_id = c.breach_id
inner join breach_tested as b
    on o.breach_id = b.breach_id
inner join judged_versions as v
    on o.version_id = v.version_id
left join breach_overridden as x
    on o.breach_id = x.breach_id
left join gate_tests as g
    on b.version_id = g.version_id and b.store_id = g.store_id and b.judged_day = g.day

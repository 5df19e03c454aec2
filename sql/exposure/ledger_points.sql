-- ledger_points: one row per award of points and view (confirmed: proven ones only; contingent: all), with the ladder and the account it goes to
with awards as (
    select
        'confirmed' as certainty,
        breach_id,
        store_id,
        pack,
        track,
        code as points_class,
        rule_id,
        occurred_at,
        day,
        cast(sum(low) as decimal(18, 6)) as points
    from capped_effects
    where kind = 'points' and certainty = 'confirmed' and low > 0
    group by breach_id, store_id, pack, track, code, rule_id, occurred_at, day
    union all
    select
        'contingent' as certainty,
        breach_id,
        store_id,
        pack,
        track,
        code as points_class,
        rule_id,
        occurred_at,
        day,
        cast(sum(high) as decimal(18, 6)) as points
    from capped_effects
    where kind = 'points' and certainty in ('confirmed', 'contingent') and high > 0
    group by breach_id, store_id, pack, track, code, rule_id, occurred_at, day
)

select                 -- the ladder in force on the day of the award; an account that is cleared each year is one a year
    a.*,
    l.version_id as ladder_version,
    l.rule_id as ladder_rule,
    l.reset_at,
    l.kept_from,
    l.surely_kept_from,
    case when l.reset_at = 'calendar_year_end' then cast(date_trunc('year', a.day) as varchar) else 'all' end as account
from awards as a
left join ladder_versions as l
    on
        a.pack = l.pack and a.track = l.track and a.points_class = l.points_class
        and l.effective_from <= a.day and l.effective_to > a.day

-- bound_days: one row per combo, store and day with failing units, and version judged each that binds on it
with failing_days as (
    select distinct
        combo,
        store_id,
        day
    from failing_units
)

select distinct
    d.combo,
    d.store_id,
    d.day,
    v.version_id,
    v.pack,
    v.track,
    v.rule_id,
    v.concept,
    -- stores and orders that the rule does not bind are left out
    coalesce(s.met, 2) = 2 as in_scope
from failing_days as d
inner join judged_versions as v
    on
        d.combo = v.combo and v.judge_by = 'each'
        and v.effective_from <= d.day and v.effective_to > d.day
left join calendar_days as p
    on v.calendar = p.calendar and d.day = p.day and p.kind = 'holiday'
left join exempt_days as x
    on v.version_id = x.version_id and d.day = x.day
left join store_scope as s
    on
        v.version_id = s.version_id and d.store_id = s.store_id
        and s.window_start <= d.day and s.window_end > d.day
where (v.calendar is null or p.day is not null) and x.day is null

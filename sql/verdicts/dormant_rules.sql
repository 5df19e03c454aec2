-- dormant_rules: one row per store and rule that no window of the store's data falls under: not in force then, or not yet
with rules as (
    select
        rule_id,
        pack,
        track,
        max(version_no) as version_no
    from rule_versions
    where track in ('in_force', 'training')
    group by rule_id, pack, track
),

seen as (
    select distinct
        store_id,
        rule_id,
        pack,
        track
    from verdict_states
)

select
    s.store_id,
    s.platform,
    v.version_id,
    coalesce(r.first_day, v.effective_from) as first_day,
    coalesce(r.last_day, v.effective_from) as last_day,
    r.store_id is null as without_data
from stores as s
cross join rules as u
inner join rule_versions as v
    on u.rule_id = v.rule_id and u.pack = v.pack and u.track = v.track and u.version_no = v.version_no
left join seen as e
    on s.store_id = e.store_id and u.rule_id = e.rule_id and u.pack = e.pack and u.track = e.track
left join reach as r
    on s.store_id = r.store_id
where e.store_id is null

-- ladder_versions: one row per version of a points ladder that binds on some day of the data
select
    l.version_id,
    l.pack,
    l.points_class,
    l.reset_at,
    v.rule_id,
    v.track,
    v.concept,
    v.effective_from,
    v.effective_to,
    v.from_date,
    v.pick
from ladders as l
inner join rule_versions as v
    on l.version_id = v.version_id
where v.track in ('in_force', 'training')

-- ladder_versions: one row per version of a points ladder that binds on some day of the data, and from what balance on a reset leaves it
with uncleared as (    -- a balance that no reset speaks of stays for sure; one whose fate is unknown stays at most
    select
        version_id,
        max(low) as surely_kept_from
    from predicates
    where owner = 'reset' and fact = 'balance' and op = 'lt'
    group by version_id
)

select
    l.version_id,
    l.pack,
    l.points_class,
    l.reset_at,
    l.reset_when_below as kept_from,
    u.surely_kept_from,
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
left join uncleared as u
    on l.version_id = u.version_id
where v.track in ('in_force', 'training')

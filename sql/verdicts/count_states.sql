-- count_states: one row per store, window and version of a rule over rules (recurrence, ledger): breaches in it and what they rest on
with counting as (     -- which rules such a version counts: those named, or for a ladder every rule of its code
    select
        v.version_id,
        v.pack,
        v.track,
        r.counted_rule_id
    from judged_versions as v
    left join recurrences as r
        on v.version_id = r.version_id
    where v.measure in ('recurrence', 'ledger')
),

resting as (           -- verdicts that were reached on the counted rules in the window
    select
        w.store_id,
        w.version_id,
        w.window_start,
        w.window_end,
        count(s.version_id) as verdicts
    from verdict_states as w
    inner join counting as c
        on w.version_id = c.version_id
    left join verdict_states as s
        on
            w.store_id = s.store_id and c.pack = s.pack and c.track = s.track
            and (c.counted_rule_id is null or c.counted_rule_id = s.rule_id)
            and s.window_end > w.window_start and s.window_end <= w.window_end
            and s.status in ('ok', 'breach', 'info')
    where w.status = 'counted'
    group by w.store_id, w.version_id, w.window_start, w.window_end
),

broken as (
    select
        store_id,
        version_id,
        day,
        breach_id,
        cast(given_nth as double) as value
    from breach_repeated
    union all
    select
        store_id,
        version_id,
        day,
        breach_id,
        cast(balance as double) as value
    from ledger_crossings
),

awarded as (           -- the balance of a ladder at the end of the window, proven points only
    select
        ladder_version as version_id,
        store_id,
        day,
        balance
    from ledger_awards
    where certainty = 'confirmed'
)

select
    r.store_id,
    r.version_id,
    r.window_start,
    r.window_end,
    max(r.verdicts) as verdicts,
    count(distinct b.breach_id) as breaches,
    coalesce(max(b.value), max(cast(a.balance as double)), 0) as value,
    min(c.counted_rule_id) as counted_rule_id
from resting as r
inner join counting as c
    on r.version_id = c.version_id
left join broken as b
    on r.store_id = b.store_id and r.version_id = b.version_id and r.window_start <= b.day and r.window_end > b.day
left join awarded as a
    on r.store_id = a.store_id and r.version_id = a.version_id and r.window_start <= a.day and r.window_end > a.day
group by r.store_id, r.version_id, r.window_start, r.window_end

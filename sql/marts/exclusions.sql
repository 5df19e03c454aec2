-- exclusions: one row per store, rule version, window and reason
select
    d.store_id,
    v.pack,
    v.rule_id,
    v.version_id,
    w.window_start,
    d.excluded_because as reason,
    cast(sum(d.units) as bigint) as units,
    v.track,
    r.run_id,
    r.packs_version
from unit_daily as d
inner join judged_versions as v
    on d.combo = v.combo and v.effective_from <= d.day and v.effective_to > d.day
inner join windows as w
    on
        v.version_id = w.version_id
        and w.window_start <= d.day and w.window_end > d.day
        and w.bucket is not null
cross join run_info as r
where d.excluded_because is not null
group by d.store_id, v.pack, v.rule_id, v.version_id, w.window_start, d.excluded_because, v.track, r.run_id, r.packs_version

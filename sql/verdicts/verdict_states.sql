-- verdict_states: one row per store, version and window, with its status and what led to it
with paired as (        -- every store × window that its data touch
    select
        s.store_id,
        s.platform,
        s.first_day as store_first_day,
        s.last_day as store_last_day,
        w.*
    from windows as w
    inner join (
        select
            t.store_id,
            t.platform,
            r.first_day,
            r.last_day
        from stores as t
        inner join reach as r
            on t.store_id = r.store_id
    ) as s
        on w.window_end > s.first_day and w.window_start <= s.last_day
),

gates as (             -- of rules judged each: the furthest that a gate stood open on a day with failing units
    select
        store_id,
        version_id,
        cast(date_trunc('month', day) as date) as month,
        max(met) as met
    from gate_tests
    where failing_units > 0
    group by store_id, version_id, cast(date_trunc('month', day) as date)
),

observed as (          -- with what was counted in it, whether there were units or not
    select
        w.store_id,
        w.platform,
        v.pack,
        v.pack = w.platform or v.pack = 'law' as home,
        v.track,
        v.rule_id,
        v.version_id,
        v.concept,
        v.measure,
        v.combo,
        v.judge_by,
        w.window_start,
        w.window_end,
        w.cut or p.first_day > w.window_start or case when w.bucket is null then p.whole_until else p.last_day + 1 end < w.window_end as partial,
        p.first_day > w.window_start or case when w.bucket is null then p.whole_until else p.last_day + 1 end < w.window_end as open_window,
        p.last_day,
        m.table_name,
        p.first_day,
        m.version_id is not null as measured,
        u.units,
        u.ok_units,
        u.failing_units,
        u.excluded_units,
        u.value_sum,
        u.ok_share,
        u.mean_value,
        u.missing,
        h.band,
        h.open_band,
        h.nothing_known,
        h.severity,
        h.version_id is not null as banded,
        c.met as store_met,
        c.missing as store_missing,
        g.met as gate_met
    from paired as w
    inner join judged_versions as v
        on w.version_id = v.version_id
    left join version_facts as m
        on v.version_id = m.version_id
    left join spans as p
        on w.store_id = p.store_id and m.table_name = p.table_name
    left join window_sums as u
        on
            w.version_id = u.version_id and w.window_start = u.window_start
            and w.window_end = u.window_end and w.store_id = u.store_id
    left join band_hits as h
        on
            w.version_id = h.version_id and w.window_start = h.window_start
            and w.window_end = h.window_end and w.store_id = h.store_id
    left join store_scope as c
        on
            w.version_id = c.version_id and w.window_start = c.window_start
            and w.window_end = c.window_end and w.store_id = c.store_id
    left join gates as g
        on w.version_id = g.version_id and w.store_id = g.store_id and g.month = cast(date_trunc('month', w.window_start) as date)
    where
        u.store_id is not null
        or p.first_day is null
        or (w.window_end > p.first_day and w.window_start <= p.last_day)
)

select
    *,
    case
        when store_met = 0 then 'not_applicable'
        when measure in ('recurrence', 'ledger') then 'counted'
        when measure is null or measure = 'annotation' and coalesce(units, 0) = 0 then 'manual_review'
        when combo is null or not measured then 'manual_review'
        when store_met = 1 then 'insufficient_data'
        when first_day is null then 'insufficient_data'
        when coalesce(units, 0) = 0 and missing is not null then 'insufficient_data'
        when coalesce(units, 0) = 0 and coalesce(excluded_units, 0) > 0 then 'not_applicable'
        when coalesce(units, 0) = 0 then 'empty'
        when judge_by = 'each' and failing_units > 0 and gate_met = 0 then 'ok'
        when judge_by = 'each' and failing_units > 0 and gate_met = 1 then 'info'
        when judge_by = 'each' and failing_units > 0 then 'breach'
        when judge_by = 'each' then 'ok'
        when not banded then 'info'
        when band is not null then 'breach'
        when open_band is not null and nothing_known = 1 then 'info'
        when open_band is not null then 'breach'
        else 'ok'
    end as status
from observed

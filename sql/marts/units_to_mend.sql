-- units_to_mend: the worst units behind failing home windows
select distinct
    m.store_id,
    v.pack,
    v.rule_id,
    v.version_id,
    m.day,
    m.unit_id,
    m.occurred_at,
    m.value,
    m.order_id,
    m.conversation_id,
    m.message_id,
    m.agent_id,
    v.track,
    r.run_id,
    r.packs_version
from mend_units as m
inner join judged_versions as v
    on m.combo = v.combo and v.effective_from <= m.day and v.effective_to > m.day and v.judge_by <> 'each'
inner join verdict_states as w
    on
        v.version_id = w.version_id and m.store_id = w.store_id and w.home and w.status = 'breach'
        and w.window_start <= m.day and w.window_end > m.day
cross join run_info as r

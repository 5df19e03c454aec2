-- rule_coverage: one row per store and rule: was a verdict reached, and if not, why
select
    store_id,
    pack,
    rule_id,
    bool_or(status in ('ok', 'breach', 'info')) as judged,
    min(case
        when status = 'insufficient_data' and reason_en like 'data missing: %' then split_part(substr(reason_en, 15, 60), ' (assumed', 1)
    end) as missing,
    min_by(reason_zh, case when status in ('ok', 'breach', 'info') then 0 else 1 end) as reason_zh,
    min_by(reason_en, case when status in ('ok', 'breach', 'info') then 0 else 1 end) as reason_en,
    track,
    run_id,
    packs_version
from verdicts
group by store_id, pack, rule_id, track, run_id, packs_version

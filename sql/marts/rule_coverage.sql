-- rule_coverage: one row per store and rule: was a verdict reached, and if not, why
with told as (         -- what is said: of the windows that were judged, or of all when none was, the last
    select
        *,
        concat(
            case when status in ('ok', 'breach', 'info') then '1' else '0' end,
            cast(window_start as varchar), cast(from_date as varchar), reason_en
        ) as telling
    from verdicts
)

select
    store_id,
    pack,
    rule_id,
    bool_or(status in ('ok', 'breach', 'info')) as judged,
    min(case
        when status = 'insufficient_data' and reason_en like 'data missing: %' then split_part(substr(reason_en, 15, 60), ' (assumed', 1)
    end) as missing,
    max_by(reason_zh, telling) as reason_zh,
    max_by(reason_en, telling) as reason_en,
    track,
    run_id,
    packs_version
from told
group by store_id, pack, rule_id, track, run_id, packs_version

-- judged_versions: one row per version that binds on some day of the data, with the bucket its windows are
select
    v.*,
    case when v.judge_by = 'each' then 'month' else v.window_kind end as bucket_kind
from rule_versions as v
cross join (select min(day) as first_day, max(day) as last_day from calendar) as c
where
    v.track in ('in_force', 'training')
    and v.effective_from <= c.last_day
    and v.effective_to > c.first_day

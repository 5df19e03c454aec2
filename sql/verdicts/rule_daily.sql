-- rule_daily: one row per row of the combo's daily sums and version that judges it; `bucket` is the window it falls into
-- units of days that the platform exempts are excluded; a day may have several rows, one a reason and file
with years as (
    select
        calendar,
        day,
        min(day) over (partition by calendar, year) as first_day
    from calendar_days
    where kind = 'holiday'
)

select
    d.store_id,
    v.version_id,
    v.bucket_kind,
    v.window_kind,
    v.gate,
    d.day,
    case v.bucket_kind
        when 'day' then d.day
        when 'week' then cast(date_trunc('week', d.day) as date)
        when 'month' then cast(date_trunc('month', d.day) as date)
        when 'calendar' then q.first_day
    end as bucket,
    case when d.excluded_because is null and x.day is null then d.units else 0 end as units,
    case when d.excluded_because is null and x.day is null then d.ok_units else 0 end as ok_units,
    case when d.excluded_because is null and x.day is null then d.value_sum end as value_sum,
    case when d.excluded_because is null and x.day is null then d.valued_units else 0 end as valued_units,
    case when d.excluded_because is not null or x.day is not null then d.units else 0 end as excluded_units,
    case when d.excluded_because like 'missing:%' then d.excluded_because end as missing
from unit_daily as d
inner join judged_versions as v
    on d.combo = v.combo and v.effective_from <= d.day and v.effective_to > d.day
left join exempt_days as x
    on v.version_id = x.version_id and d.day = x.day
left join years as q
    on v.calendar = q.calendar and d.day = q.day
where v.calendar is null or q.day is not null

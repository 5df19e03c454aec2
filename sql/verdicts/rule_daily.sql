-- rule_daily: one row per store, version and day: what of the combo's daily sums the version judges
-- units of days that the platform exempts are excluded
select
    d.store_id,
    v.version_id,
    d.day,
    case v.bucket_kind
        when 'day' then d.day
        when 'week' then cast(date_trunc('week', d.day) as date)
        when 'month' then cast(date_trunc('month', d.day) as date)
        when 'calendar' then min(q.first_day)
    end as bucket,
    cast(sum(case when d.excluded_because is null and x.day is null then d.units else 0 end) as bigint) as units,
    cast(sum(case when d.excluded_because is null and x.day is null then d.ok_units else 0 end) as bigint) as ok_units,
    cast(sum(case when d.excluded_because is null and x.day is null then d.value_sum end) as double) as value_sum,
    cast(sum(case when d.excluded_because is null and x.day is null then d.valued_units else 0 end) as bigint) as valued_units,
    cast(sum(case when (d.excluded_because is not null or x.day is not null) then d.units else 0 end) as bigint) as excluded_units,
    max(case when d.excluded_because like 'missing:%' then d.excluded_because end) as missing
from unit_daily as d
inner join judged_versions as v
    on d.combo = v.combo and v.effective_from <= d.day and v.effective_to > d.day
left join exempt_days as x
    on v.version_id = x.version_id and d.day = x.day
left join (
    select
        calendar,
        day,
        min(day) over (partition by calendar, year) as first_day
    from calendar_days
    where kind = 'holiday'
) as q
    on v.calendar = q.calendar and d.day = q.day
where v.calendar is null or q.day is not null
group by d.store_id, v.version_id, d.day, v.bucket_kind

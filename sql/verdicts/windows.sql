-- windows: one row per version and window that it judges; bucket is null for rolling windows
with bucketed as (     -- days of the calendar on which the version binds, by bucket
    select
        v.version_id,
        v.effective_from,
        v.effective_to,
        case v.bucket_kind
            when 'day' then c.day
            when 'week' then c.week_start
            else c.month_start
        end as bucket,
        case v.bucket_kind
            when 'day' then c.day + 1
            when 'week' then c.week_start + 7
            else c.next_month_start
        end as bucket_end,
        c.day
    from judged_versions as v
    inner join calendar as c
        on v.effective_from <= c.day and v.effective_to > c.day
    left join calendar_days as p
        on v.calendar = p.calendar and c.day = p.day and p.kind = 'holiday'
    where v.bucket_kind in ('day', 'week', 'month') and (v.calendar is null or p.day is not null)
),

fixed as (
    select
        version_id,
        bucket,
        cast(greatest(bucket, min(effective_from)) as date) as window_start,
        cast(least(bucket_end, min(effective_to)) as date) as window_end,
        bucket < min(effective_from) or bucket_end > min(effective_to) as cut
    from bucketed
    group by version_id, bucket, bucket_end
),

years as (             -- a calendar entry's days of one year
    select
        calendar,
        year,
        min(day) as first_day,
        cast(max(day) + 1 as date) as next_day
    from calendar_days
    where kind = 'holiday'
    group by calendar, year
),

periods as (           -- windows that are such days, cut where the version begins or ends among them
    select
        v.version_id,
        p.first_day as bucket,
        cast(greatest(p.first_day, v.effective_from) as date) as window_start,
        cast(least(p.next_day, v.effective_to) as date) as window_end,
        p.first_day < v.effective_from or p.next_day > v.effective_to as cut
    from judged_versions as v
    inner join years as p
        on v.calendar = p.calendar and v.effective_from < p.next_day and v.effective_to > p.first_day
    cross join (select min(day) as first_day, max(day) as last_day from calendar) as c
    where
        v.bucket_kind = 'calendar'
        and greatest(p.first_day, v.effective_from) <= c.last_day
        and least(p.next_day, v.effective_to) > c.first_day
),

rolling as (           -- the version at the window's end judges; the window is cut at that version's start
    select
        v.version_id,
        cast(null as date) as bucket,
        cast(greatest(c.day + 1 - cast(v.window_days as integer), v.effective_from) as date) as window_start,
        cast(c.day + 1 as date) as window_end,
        c.day + 1 - cast(v.window_days as integer) < v.effective_from as cut
    from judged_versions as v
    inner join calendar as c
        on v.effective_from <= c.day and v.effective_to > c.day
    where v.bucket_kind = 'rolling'
)

select * from fixed
union all
select * from periods
union all
select * from rolling

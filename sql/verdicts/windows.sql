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

periods as (           -- windows that are a calendar entry's days of one year
    select
        v.version_id,
        min(p.day) as bucket,
        min(p.day) as window_start,
        cast(max(p.day) + 1 as date) as window_end,
        false as cut
    from judged_versions as v
    inner join calendar_days as p
        on v.calendar = p.calendar and p.kind = 'holiday'
    inner join calendar as c
        on p.day = c.day
    where v.bucket_kind = 'calendar' and v.effective_from <= p.day and v.effective_to > p.day
    group by v.version_id, p.year
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

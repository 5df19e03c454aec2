-- complaint: one row per complaint (or open day of one) and combo; value = hours until the duty was done
with firsts as (
    select
        store_id,
        complaint_id,
        min(followed_at) as followed_at
    from nearby_complaint_followups
    group by store_id, complaint_id
),

refunded as (
    select
        store_id,
        order_id,
        min(refunded_at) as refunded_at,
        min(stage) as stage
    from nearby_aftersales
    group by store_id, order_id
),

judged as (            -- the complaints a shape looks at, and when its duty was done
    select
        k.combo,
        k.duty,
        k.within_hours,
        k.raised_before,
        k.same_day_by,
        k.regular_closing,
        k.excludes,
        c.store_id,
        c.complaint_id,
        c.order_id,
        c.is_regulator,
        c.raised_at,
        c.closing,
        o.paid_cny,
        o.picked_up_at,
        o.shipped_at,
        least(e.seen_at, c.raised_at + interval 90 day) as seen_at,
        case k.duty
            when 'accept' then coalesce(c.accepted_at, c.handled_at)
            when 'handle' then c.handled_at
            when 'close' then c.closed_at
            when 'refund' then r.refunded_at
            when 'feedback' then coalesce(f.followed_at, c.handled_at)
            else o.shipped_at
        end as done_at
    from complaints as c
    inner join combos_complaint as k
        on len(k.concepts) = 0 or list_contains(k.concepts, c.concept)
    left join nearby_orders as o
        on c.store_id = o.store_id and c.order_id = o.order_id
    left join refunded as r
        on c.store_id = r.store_id and c.order_id = r.order_id
    left join firsts as f
        on c.store_id = f.store_id and c.complaint_id = f.complaint_id
    left join store_seen as e
        on c.store_id = e.store_id
    where
        k.duty <> 'follow_up_daily'
        and (len(k.stages) = 0 or list_contains(k.stages, coalesce(r.stage, case when o.shipped_at is null then 'not_shipped' else 'shipped' end)))
        and (k.duty <> 'ship_unshipped' or o.shipped_at is null or o.shipped_at > c.raised_at)
),

clocked as (
    select
        *,
        case
            when same_day_by is not null then cast(cast(raised_at as date) as timestamp) + same_day_by * interval 1 minute
            when within_hours is not null then raised_at + within_hours * interval 1 hour
            else cast(cast(raised_at as date) as timestamp) + interval 1 day
        end as due_at
    from judged
),

excluded as (
    select
        *,
        case
            when list_contains(excludes, 'regulator') and is_regulator then 'regulator'
            when raised_before is not null and extract(hour from raised_at) * 60 + extract(minute from raised_at) >= raised_before
                then 'raised_later'
            when done_at is not null then null
            when coalesce(seen_at, raised_at) <= due_at then 'not_due_yet'
        end as excluded_because
    from clocked
)

select                 -- long
    combo,
    store_id,
    complaint_id as unit_id,
    due_at as occurred_at,
    cast(due_at as date) as day,
    (epoch(coalesce(done_at, seen_at, raised_at)) - epoch(raised_at)) / 3600 as value,
    case
        when excluded_because is null
            then coalesce(done_at <= due_at, false) and (not regular_closing or coalesce(closing, 'regular') = 'regular')
    end as ok,
    excluded_because,
    paid_cny as base_cny,
    order_id,
    cast(null as varchar) as conversation_id,
    cast(null as varchar) as message_id,
    cast(null as varchar) as agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from excluded
union all
select
    k.combo,
    d.store_id,
    concat(d.complaint_id, ':', cast(d.day as varchar)) as unit_id,
    cast(d.day as timestamp) as occurred_at,
    d.day,
    cast(d.followups as double) as value,
    d.followups > 0 as ok,
    cast(null as varchar) as excluded_because,
    cast(null as decimal(18, 2)) as base_cny,
    d.order_id,
    cast(null as varchar) as conversation_id,
    cast(null as varchar) as message_id,
    d.agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from complaint_days as d
inner join combos_complaint as k
    on k.duty = 'follow_up_daily' and (len(k.concepts) = 0 or list_contains(k.concepts, d.concept))

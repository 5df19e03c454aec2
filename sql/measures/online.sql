-- online: one row per shop and day with any status and combo; value = hours online as the shape counts them
with hours_of as (     -- the part of each span inside the hours of the shape
    select
        s.shape,
        s.count as counted,
        o.store_id,
        o.day,
        coalesce(s.hours_from_minute, 0) as from_minute,
        coalesce(s.hours_to_minute, 1440) as to_minute,
        greatest(o.from_at, cast(o.day as timestamp) + coalesce(s.hours_from_minute, 0) * interval 1 minute) as from_at,
        least(o.to_at, cast(o.day as timestamp) + coalesce(s.hours_to_minute, 1440) * interval 1 minute) as to_at,
        o.runs_on
    from online_spans as o
    cross join shapes_online as s
),

days_with_status as (
    select distinct
        store_id,
        day
    from status_days
),

summed as (
    select
        s.shape,
        s.count as counted,
        d.store_id,
        d.day,
        (coalesce(max(h.to_minute), coalesce(max(s.hours_to_minute), 1440)) - coalesce(max(h.from_minute), coalesce(max(s.hours_from_minute), 0))) / 60.0 as open_hours,
        cast(sum(cast(case when h.to_at > h.from_at then epoch(h.to_at) - epoch(h.from_at) end as decimal(18, 3))) as double) / 3600 as hours_summed,
        cast(sum(cast(case
            when h.to_at > greatest(h.from_at, coalesce(h.runs_on, h.from_at))
                then epoch(h.to_at) - epoch(greatest(h.from_at, coalesce(h.runs_on, h.from_at)))
        end as decimal(18, 3))) as double) / 3600 as hours_any
    from days_with_status as d
    cross join shapes_online as s
    left join hours_of as h
        on d.store_id = h.store_id and d.day = h.day and s.shape = h.shape
    group by s.shape, s.count, d.store_id, d.day
),

valued as (
    select
        *,
        coalesce(case counted when 'hours_summed' then hours_summed else hours_any end, 0) as value
    from summed
)

select                 -- long
    k.combo,
    v.store_id,
    cast(v.day as varchar) as unit_id,
    cast(v.day as timestamp) as occurred_at,
    v.day,
    v.value,
    case
        when v.counted = 'always_someone' then v.value >= v.open_hours - 0.0005
        else v.value >= coalesce(k.min_hours, 0)
    end as ok,
    cast(null as varchar) as excluded_because,
    cast(null as decimal(18, 2)) as base_cny,
    cast(null as varchar) as order_id,
    cast(null as varchar) as conversation_id,
    cast(null as varchar) as message_id,
    cast(null as varchar) as agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from valued as v
inner join combos_online as k
    on v.shape = k.shape

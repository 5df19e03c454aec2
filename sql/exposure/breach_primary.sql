-- breach_primary: one row per failing unit of a rule judged each, and per failing window of the others
with twice as (        -- a consumer's or agent's day at a month's end may lie in the files of two months
    select
        combo,
        store_id,
        unit_id
    from failing_units
    group by combo, store_id, unit_id
    having count(*) > 1
),

once as (              -- the unit's day is the day by which its version binds
    select
        f.*,
        d.version_id,
        d.pack,
        d.track,
        d.rule_id,
        d.concept,
        d.in_scope,
        cast(1 as bigint) as place
    from failing_units as f
    inner join bound_days as d
        on f.combo = d.combo and f.store_id = d.store_id and f.day = d.day
    left join twice as t
        on f.combo = t.combo and f.store_id = t.store_id and f.unit_id = t.unit_id
    where t.unit_id is null
    union all
    -- of a unit that is there twice the worst: few rows, where a window over all would be dear
    select
        f.*,
        d.version_id,
        d.pack,
        d.track,
        d.rule_id,
        d.concept,
        d.in_scope,
        cast(row_number() over (
            partition by f.store_id, d.version_id, f.unit_id order by f.value desc nulls first, f.occurred_at, f.combo
        ) as bigint) as place
    from failing_units as f
    inner join bound_days as d
        on f.combo = d.combo and f.store_id = d.store_id and f.day = d.day
    inner join twice as t
        on f.combo = t.combo and f.store_id = t.store_id and f.unit_id = t.unit_id
),

windowed as (
    select
        v.store_id,
        v.version_id,
        v.pack,
        v.track,
        v.rule_id,
        v.concept,
        v.window_start,
        v.window_end,
        -- what breaks a window that is not over yet happened by the end of the data
        cast(greatest(least(v.window_end, cast(v.last_day + 1 as date)), cast(v.window_start + 1 as date)) as date) as seen_until,
        v.units,
        v.failing_units,
        v.ok_share,
        v.mean_value,
        v.value_sum,
        case l.fact        -- the number that the limit is held against, as in the verdict
            when 'mean' then v.mean_value
            when 'sum' then v.value_sum
            when 'failing_share' then 1 - v.ok_share
            when 'failing_units' then cast(v.failing_units as double)
            else v.ok_share
        end as observed,
        v.severity,
        v.band,
        v.open_band,
        coalesce(v.open_window, true) as open_window
    from verdict_states as v
    left join limits as l
        on v.version_id = l.version_id
    where v.status = 'breach' and v.judge_by <> 'each'
)

select
    md5(concat(s.store_id, '|', s.version_id, '|', s.unit_id)) as breach_id,
    s.store_id,
    s.version_id,
    s.pack,
    s.track,
    s.rule_id,
    s.concept,
    s.occurred_at,
    cast(s.occurred_at as date) as day,
    s.day as judged_day,
    cast(null as date) as window_start,
    s.agent_id,
    s.order_id,
    s.conversation_id,
    s.message_id,
    s.value,
    s.severity,
    s.matched_term,
    s.base_cny as paid_cny,
    s.goods_cny,
    s.deposit_cny,
    s.promise_hours,
    s.supply_type,
    s.category,
    s.is_presale,
    s.is_custom,
    s.is_cash_on_delivery,
    s.paid_at,
    s.created_at,
    cast(null as bigint) as given_nth,
    cast(null as bigint) as units,
    cast(null as bigint) as failing_units,
    cast(null as double) as failing_share,
    false as unsettled
from once as s
where s.place = 1 and s.in_scope
union all
select
    md5(concat(w.store_id, '|', w.version_id, '|', cast(w.window_start as varchar), '|', cast(w.window_end as varchar))) as breach_id,
    w.store_id,
    w.version_id,
    w.pack,
    w.track,
    w.rule_id,
    w.concept,
    cast(w.seen_until as timestamp) - interval 1 second as occurred_at,
    cast(w.seen_until - 1 as date) as day,
    cast(null as date) as judged_day,
    w.window_start,
    cast(null as varchar) as agent_id,
    cast(null as varchar) as order_id,
    cast(null as varchar) as conversation_id,
    cast(null as varchar) as message_id,
    w.observed as value,
    case when w.open_band is null then w.severity end as severity,
    cast(null as varchar) as matched_term,
    cast(null as decimal(18, 2)) as paid_cny,
    cast(null as decimal(18, 2)) as goods_cny,
    cast(null as decimal(18, 2)) as deposit_cny,
    cast(null as double) as promise_hours,
    cast(null as varchar) as supply_type,
    cast(null as varchar) as category,
    cast(null as boolean) as is_presale,
    cast(null as boolean) as is_custom,
    cast(null as boolean) as is_cash_on_delivery,
    cast(null as timestamp) as paid_at,
    cast(null as timestamp) as created_at,
    cast(null as bigint) as given_nth,
    w.units,
    w.failing_units,
    w.failing_units / nullif(cast(w.units as double), 0) as failing_share,
    w.open_window or w.band is null as unsettled
from windowed as w

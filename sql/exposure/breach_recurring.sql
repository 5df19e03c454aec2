-- breach_recurring: one row per breach that a rule over rules counts, with its place in the count
with counted as (
    select
        v.version_id,
        v.pack,
        v.track,
        v.rule_id,
        v.concept,
        r.counts,
        r.counted_in,
        r.consecutive,
        b.breach_id,
        b.store_id,
        b.occurred_at,
        b.day,
        b.window_start,
        b.order_id,
        b.paid_cny,
        b.unsettled,
        w.window_kind,
        -- windows of one kind, numbered without gaps
        case coalesce(w.window_kind, 'month')
            when 'day' then cast(floor(epoch(cast(coalesce(b.window_start, b.day) as timestamp)) / 86400) as bigint)
            when 'week' then cast(floor((epoch(cast(coalesce(b.window_start, b.day) as timestamp)) / 86400 + 3) / 7) as bigint)
            else cast(extract(year from coalesce(b.window_start, b.day)) * 12 + extract(month from coalesce(b.window_start, b.day)) as bigint)
        end as period_no
    from recurrences as r
    inner join judged_versions as v
        on r.version_id = v.version_id
    inner join breach_primary as b
        on
            r.counted_rule_id = b.rule_id and v.pack = b.pack and v.track = b.track
            and v.effective_from <= b.day and v.effective_to > b.day
    inner join judged_versions as w
        on b.version_id = w.version_id
),

periods as (           -- of failing windows each period counts once, whichever of the rules failed in it
    select
        version_id,
        pack,
        track,
        rule_id,
        concept,
        counted_in,
        consecutive,
        store_id,
        case when counts = 'breaches' then breach_id else cast(period_no as varchar) end as period,
        min(period_no) as period_no,
        max(occurred_at) as occurred_at,
        max(day) as day,
        min(window_start) as window_start,
        case when counts = 'breaches' then min(order_id) end as order_id,
        case when counts = 'breaches' then min(paid_cny) end as paid_cny,
        bool_or(unsettled) as unsettled
    from counted
    group by
        version_id, pack, track, rule_id, concept, counted_in, consecutive, store_id, counts,
        case when counts = 'breaches' then breach_id else cast(period_no as varchar) end
),

placed as (            -- periods in a row share the difference of number and place
    select
        *,
        period_no - cast(row_number() over (partition by store_id, version_id order by period_no, period) as bigint) as run,
        case counted_in
            when 'calendar_year' then cast(extract(year from day) as varchar)
            when 'calendar_month' then substr(cast(day as varchar), 1, 7)
            else 'all'
        end as stretch
    from periods
),

numbered as (
    select
        *,
        case
            when consecutive
                then cast(row_number() over (partition by store_id, version_id, run order by period_no, period) as bigint)
            when counted_in = 'rolling_30d'    -- half-open: what happened exactly 30 days ago is out
                then
                    cast(row_number() over (partition by store_id, version_id order by occurred_at, period) as bigint)
                    - count(*) over (
                        partition by store_id, version_id order by occurred_at
                        range between unbounded preceding and interval 30 day preceding
                    )
            when counted_in = 'rolling_7d'
                then
                    cast(row_number() over (partition by store_id, version_id order by occurred_at, period) as bigint)
                    - count(*) over (
                        partition by store_id, version_id order by occurred_at
                        range between unbounded preceding and interval 7 day preceding
                    )
            else cast(row_number() over (partition by store_id, version_id, stretch order by occurred_at, period) as bigint)
        end as given_nth
    from placed
)

select
    md5(concat(store_id, '|', version_id, '|', period)) as breach_id,
    store_id,
    version_id,
    pack,
    track,
    rule_id,
    concept,
    occurred_at,
    day,
    cast(null as date) as judged_day,
    window_start,
    cast(null as varchar) as agent_id,
    order_id,
    cast(null as varchar) as conversation_id,
    cast(null as varchar) as message_id,
    cast(given_nth as double) as value,
    cast(null as varchar) as severity,
    cast(null as varchar) as matched_term,
    paid_cny,
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
    given_nth,
    cast(null as bigint) as units,
    cast(null as bigint) as failing_units,
    cast(null as double) as failing_share,
    unsettled
from numbered

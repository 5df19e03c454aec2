-- capped_effects: one row per effect after its penalty's caps, in the order of time, confirmed ones first
with dated as (        -- with what a rolling cap leaves of it, and its penalty's other caps (at most two), each with its stretch of time
    select
        e.*,
        b.store_id,
        b.pack,
        b.track,
        b.rule_id,
        b.concept,
        b.occurred_at,
        b.day,
        b.order_id,
        case when r.breach_id is null then e.low else r.low end as low_0,
        case when r.breach_id is null then e.high else r.high end as high_0,
        case e.certainty when 'confirmed' then 1 when 'contingent' then 2 else 3 end as sureness,
        c.cap_of,
        c.low as cap_low,
        c.high as cap_high,
        c.cap_of = 'times' or c.cap_of = e.kind as bites,
        case c.per
            when 'order' then coalesce(b.order_id, b.breach_id)
            when 'day' then cast(b.day as varchar)
            when 'week' then cast(date_trunc('week', b.day) as varchar)
            when 'month' then cast(date_trunc('month', b.day) as varchar)
            when 'year' then cast(date_trunc('year', b.day) as varchar)
            else case when c.version_id is null then b.breach_id else 'all' end
        end as stretch,
        d.cap_of as next_cap_of,
        d.low as next_cap_low,
        d.high as next_cap_high,
        d.cap_of = 'times' or d.cap_of = e.kind as next_bites,
        case d.per
            when 'order' then coalesce(b.order_id, b.breach_id)
            when 'day' then cast(b.day as varchar)
            when 'week' then cast(date_trunc('week', b.day) as varchar)
            when 'month' then cast(date_trunc('month', b.day) as varchar)
            when 'year' then cast(date_trunc('year', b.day) as varchar)
            else case when d.version_id is null then b.breach_id else 'all' end
        end as next_stretch
    from breach_effects as e
    inner join breach_tested as b
        on e.breach_id = b.breach_id
    left join caps as c
        on e.version_id = c.version_id and e.cap_penalty = c.penalty and c.cap = 1 and c.per not in ('7d', '30d')
    left join caps as d
        on e.version_id = d.version_id and e.cap_penalty = d.penalty and d.cap = 2 and d.per not in ('7d', '30d')
    left join rolling_counts as r
        on
            e.breach_id = r.breach_id and e.penalty = r.penalty and e.certainty = r.certainty
            and e.kind = r.kind and e.code is not distinct from r.code and e.currency is not distinct from r.currency
            and e.payee is not distinct from r.payee and e.form is not distinct from r.form
),

run_1 as (             -- what runs up to the first cap
    select
        *,
        cast(sum(case when cap_of = 'times' then 1 else coalesce(low_0, 0) end) over running as decimal(28, 6)) as run_low,
        cast(sum(case when cap_of = 'times' then 1 else coalesce(high_0, 0) end) over running as decimal(28, 6)) as run_high
    from dated
    where cap_of is not null or next_cap_of is not null
    window running as (
        partition by store_id, version_id, penalty, kind, code, currency, payee, form, stretch
        order by sureness, occurred_at, breach_id
        rows between unbounded preceding and current row
    )
),

after_1 as (
    select
        *,
        case
            when not coalesce(bites, false) then low_0
            when cap_low is null or low_0 is null then null
            when cap_of = 'times' then case when run_low <= cap_low then low_0 else 0 end
            else least(run_low, cap_low) - least(run_low - low_0, cap_low)
        end as low_1,
        case
            when not coalesce(bites, false) then high_0
            when cap_high is null or high_0 is null then null
            when cap_of = 'times' then case when run_high <= cap_high then high_0 else 0 end
            else least(run_high, cap_high) - least(run_high - high_0, cap_high)
        end as high_1
    from run_1
),

run_2 as (             -- and up to the second
    select
        *,
        cast(sum(case when next_cap_of = 'times' then 1 else coalesce(low_1, 0) end) over running as decimal(28, 6)) as next_run_low,
        cast(sum(case when next_cap_of = 'times' then 1 else coalesce(high_1, 0) end) over running as decimal(28, 6)) as next_run_high
    from after_1
    window running as (
        partition by store_id, version_id, penalty, kind, code, currency, payee, form, next_stretch
        order by sureness, occurred_at, breach_id
        rows between unbounded preceding and current row
    )
)

select
    breach_id, version_id, penalty, certainty, kind, code, currency, payee, form, until,
    low as uncapped_low, high as uncapped_high, amount_unknown,
    store_id, pack, track, rule_id, concept, occurred_at, day, order_id,
    cast(case
        when not coalesce(next_bites, false) then low_1
        when next_cap_low is null or low_1 is null then null
        when next_cap_of = 'times' then case when next_run_low <= next_cap_low then low_1 else 0 end
        else least(next_run_low, next_cap_low) - least(next_run_low - low_1, next_cap_low)
    end as decimal(18, 6)) as low,
    cast(case
        when not coalesce(next_bites, false) then high_1
        when next_cap_high is null or high_1 is null then null
        when next_cap_of = 'times' then case when next_run_high <= next_cap_high then high_1 else 0 end
        else least(next_run_high, next_cap_high) - least(next_run_high - high_1, next_cap_high)
    end as decimal(18, 6)) as high
from run_2
union all
select
    breach_id, version_id, penalty, certainty, kind, code, currency, payee, form, until,
    low as uncapped_low, high as uncapped_high, amount_unknown,
    store_id, pack, track, rule_id, concept, occurred_at, day, order_id,
    low_0 as low,
    high_0 as high
from dated
where cap_of is null and next_cap_of is null

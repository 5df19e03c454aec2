-- capped_effects: one row per effect after its penalty's caps, in the order of time, confirmed ones first
with dated as (
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
        case when r.breach_id is null then e.high else r.high end as high_0
    from breach_effects as e
    inner join breach_tested as b
        on e.breach_id = b.breach_id
    left join rolling_counts as r
        on
            e.breach_id = r.breach_id and e.penalty = r.penalty and e.certainty = r.certainty
            and e.kind = r.kind and e.code is not distinct from r.code and e.currency is not distinct from r.currency
            and e.payee is not distinct from r.payee and e.form is not distinct from r.form
),

cap_1 as (
    select
        version_id,
        penalty,
        cap_of,
        per,
        low as cap_low,
        high as cap_high
    from caps
    where cap = 1 and per not in ('7d', '30d')
),

cap_2 as (
    select
        version_id,
        penalty,
        cap_of,
        per,
        low as cap_low,
        high as cap_high
    from caps
    where cap = 2 and per not in ('7d', '30d')
),

marked_1 as (          -- what runs up to the first cap, and in which stretch of time
    select
        d.*,
        c.cap_of,
        c.cap_low,
        c.cap_high,
        c.cap_of = 'times' or c.cap_of = d.kind as bites,
        concat(
            case c.per
                when 'order' then coalesce(d.order_id, d.breach_id)
                when 'day' then cast(d.day as varchar)
                when 'week' then cast(date_trunc('week', d.day) as varchar)
                when 'month' then cast(date_trunc('month', d.day) as varchar)
                when 'year' then cast(date_trunc('year', d.day) as varchar)
                else 'all'
            end, '|', case when c.version_id is null then d.breach_id else '' end
        ) as stretch
    from dated as d
    left join cap_1 as c
        on d.version_id = c.version_id and d.cap_penalty = c.penalty
),

run_1 as (
    select
        *,
        cast(sum(case when cap_of = 'times' then 1 else coalesce(low_0, 0) end) over running as decimal(28, 6)) as run_low,
        cast(sum(case when cap_of = 'times' then 1 else coalesce(high_0, 0) end) over running as decimal(28, 6)) as run_high
    from marked_1
    window running as (
        partition by store_id, version_id, penalty, kind, code, currency, payee, form, stretch
        order by case certainty when 'confirmed' then 1 when 'contingent' then 2 else 3 end, occurred_at, breach_id
        rows between unbounded preceding and current row
    )
),

after_1 as (
    select
        breach_id, version_id, penalty, cap_penalty, certainty, kind, code, currency, payee, form, until, low, high,
        amount_unknown, store_id, pack, track, rule_id, concept, occurred_at, day, order_id,
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

marked_2 as (
    select
        d.*,
        c.cap_of,
        c.cap_low,
        c.cap_high,
        c.cap_of = 'times' or c.cap_of = d.kind as bites,
        concat(
            case c.per
                when 'order' then coalesce(d.order_id, d.breach_id)
                when 'day' then cast(d.day as varchar)
                when 'week' then cast(date_trunc('week', d.day) as varchar)
                when 'month' then cast(date_trunc('month', d.day) as varchar)
                when 'year' then cast(date_trunc('year', d.day) as varchar)
                else 'all'
            end, '|', case when c.version_id is null then d.breach_id else '' end
        ) as stretch
    from after_1 as d
    left join cap_2 as c
        on d.version_id = c.version_id and d.cap_penalty = c.penalty
),

run_2 as (
    select
        *,
        cast(sum(case when cap_of = 'times' then 1 else coalesce(low_1, 0) end) over running as decimal(28, 6)) as run_low,
        cast(sum(case when cap_of = 'times' then 1 else coalesce(high_1, 0) end) over running as decimal(28, 6)) as run_high
    from marked_2
    window running as (
        partition by store_id, version_id, penalty, kind, code, currency, payee, form, stretch
        order by case certainty when 'confirmed' then 1 when 'contingent' then 2 else 3 end, occurred_at, breach_id
        rows between unbounded preceding and current row
    )
)

select
    breach_id, version_id, penalty, certainty, kind, code, currency, payee, form, until,
    low as uncapped_low, high as uncapped_high, amount_unknown,
    store_id, pack, track, rule_id, concept, occurred_at, day, order_id,
    cast(case
        when not coalesce(bites, false) then low_1
        when cap_low is null or low_1 is null then null
        when cap_of = 'times' then case when run_low <= cap_low then low_1 else 0 end
        else least(run_low, cap_low) - least(run_low - low_1, cap_low)
    end as decimal(18, 6)) as low,
    cast(case
        when not coalesce(bites, false) then high_1
        when cap_high is null or high_1 is null then null
        when cap_of = 'times' then case when run_high <= cap_high then high_1 else 0 end
        else least(run_high, cap_high) - least(run_high - high_1, cap_high)
    end as decimal(18, 6)) as high
from run_2

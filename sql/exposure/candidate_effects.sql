-- candidate_effects: one row per breach, penalty that applies or may apply, and effect of it, priced
with based as (
    select
        k.breach_id,
        k.version_id,
        k.penalty,
        k.pick,
        k.certainty,
        k.candidates,
        p.per,
        e.effect,
        e.kind,
        e.code,
        e.currency,
        e.payee,
        e.form,
        e.until,
        e.days_low,
        e.days_high,
        e.is_rate,
        e.has_min,
        e.has_max,
        e.low,
        e.high,
        e.min_low,
        e.min_high,
        e.max_low,
        e.max_high,
        cast(case e.base
            when 'goods_cny' then b.goods_cny
            when 'deposit_cny' then b.deposit_cny
            when 'paid_cny' then b.paid_cny
        end as decimal(18, 2)) as base_cny
    from penalty_picks as k
    inner join penalties as p
        on k.version_id = p.version_id and k.penalty = p.penalty
    inner join effects as e
        on k.version_id = e.version_id and k.penalty = e.penalty
    inner join breach_tested as b
        on k.breach_id = b.breach_id
),

amounts as (           -- a rate of the base or a fixed number, then the minimum, then the maximum
    select
        *,
        case when is_rate then cast(low * base_cny as decimal(18, 6)) else low end as raw_low,
        case when is_rate then cast(high * base_cny as decimal(18, 6)) else high end as raw_high
    from based
),

bounded as (           -- an amount that nobody knows lies between its minimum and its maximum
    select
        *,
        case when not has_min then raw_low when raw_low is null then min_low else greatest(raw_low, min_low) end as floor_low,
        case
            when raw_high is null then case when has_max then max_high end
            when has_min then greatest(raw_high, min_high)
            else raw_high
        end as floor_high
    from amounts
)

select
    breach_id,
    version_id,
    penalty,
    effect,
    pick,
    certainty,
    candidates,
    per,
    kind,
    code,
    currency,
    payee,
    form,
    until,
    base_cny,
    case
        when kind = 'sanction' then days_low
        when has_min and min_low is null or has_max and max_low is null or kind = 'money' and floor_low is null then null
        when kind = 'money' and has_max then cast(round(least(floor_low, max_low), 2) as decimal(18, 6))
        when kind = 'money' then cast(round(floor_low, 2) as decimal(18, 6))
        else low
    end as low,
    case
        when kind = 'sanction' then days_high
        when has_min and min_high is null or has_max and max_high is null or kind = 'money' and floor_high is null then null
        when kind = 'money' and has_max then cast(round(least(floor_high, max_high), 2) as decimal(18, 6))
        when kind = 'money' then cast(round(floor_high, 2) as decimal(18, 6))
        else high
    end as high,
    kind in ('money', 'points') as needs_amount
from bounded

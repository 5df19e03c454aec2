-- breach_effects: one row per breach, penalty (0 when one of several) and kind of effect: what it costs before caps
with together as (     -- of several penalties that exclude each other: from the least to the most that one of them costs
    select
        breach_id,
        version_id,
        case when pick = 'all' then penalty else 0 end as penalty,
        min(penalty) as cap_penalty,
        certainty,
        min(candidates) as candidates,
        count(distinct penalty) as penalties_with_it,
        kind,
        code,
        currency,
        payee,
        form,
        min(until) as until,
        bool_or(needs_amount and low is null) as low_unknown,
        bool_or(needs_amount and high is null) as high_unknown,
        min(low) as low,
        max(high) as high
    from candidate_effects
    group by
        breach_id, version_id, case when pick = 'all' then penalty else 0 end, certainty, kind, code, currency, payee, form
)

select
    breach_id,
    version_id,
    penalty,
    cap_penalty,
    certainty,
    kind,
    code,
    currency,
    payee,
    form,
    until,
    case
        when low_unknown then null
        when penalties_with_it < candidates then 0
        else low
    end as low,
    case when high_unknown then null else high end as high,
    low_unknown or high_unknown as amount_unknown
from together

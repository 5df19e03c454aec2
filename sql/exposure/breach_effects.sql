-- breach_effects: one row per breach, penalty (0 when one of several) and kind of effect: what it costs before caps
with in_penalty as (    -- what one penalty takes of one kind: an unknown part makes the whole at least the known rest
    select
        breach_id,
        version_id,
        penalty,
        pick,
        certainty,
        candidates,
        kind,
        code,
        currency,
        payee,
        form,
        min(until) as until,
        bool_or(needs_amount and (low is null or high is null)) as amount_unknown,
        bool_or(needs_amount and high is null) as high_unknown,
        case when kind = 'sanction' then max(low) else cast(sum(low) as decimal(18, 6)) end as low,
        case when kind = 'sanction' then max(high) else cast(sum(high) as decimal(18, 6)) end as high
    from candidate_effects
    group by breach_id, version_id, penalty, pick, certainty, candidates, kind, code, currency, payee, form
),

together as (          -- of several penalties that exclude each other: from the least to the most that one of them costs
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
        bool_or(amount_unknown) as amount_unknown,
        bool_or(kind in ('money', 'points') and low is null) as low_unknown,
        bool_or(high_unknown) as high_unknown,
        min(low) as low,
        max(high) as high
    from in_penalty
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
    amount_unknown
from together

-- hit_rates: one row per rule and certainty in stores that have notices: what share of the predicted breaches really drew a penalty
with drawn as (
    select distinct
        store_id,
        breach_id
    from reconciliation
    where outcome = 'matched'
),

counted as (
    select
        b.pack,
        b.rule_id,
        b.certainty,
        count(*) as predicted,
        count(d.breach_id) as penalised
    from breaches as b
    left join drawn as d
        on b.store_id = d.store_id and b.breach_id = d.breach_id
    where
        b.home and b.pack <> 'law' and b.track = 'in_force' and b.certainty <> 'averted'
        and b.store_id in (select store_id from platform_notices)
    group by b.pack, b.rule_id, b.certainty
),

shared as (
    select
        *,
        cast(penalised as double) / nullif(predicted, 0) as share,
        3.8416 / nullif(predicted, 0) as z
    from counted
),

spread as (            -- Wilson's 95% interval, which holds for few breaches too
    select
        *,
        share + z * 0.5 as middle,
        1.96 * sqrt(share * (1 - share) / nullif(predicted, 0) + z * 0.25 / nullif(predicted, 0)) as reach
    from shared
)

select
    s.pack,
    s.rule_id,
    s.certainty,
    s.predicted,
    s.penalised,
    s.share,
    greatest((s.middle - s.reach) / nullif(1 + s.z, 0), 0) as share_low,
    least((s.middle + s.reach) / nullif(1 + s.z, 0), 1) as share_high,
    'in_force' as track,
    r.run_id,
    r.packs_version
from spread as s
cross join run_info as r

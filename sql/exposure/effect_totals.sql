-- effect_totals: one row per breach and certainty: its effects folded, the first points class only
with classed as (
    select
        breach_id,
        certainty,
        min(case when kind = 'points' then code end) as points_class
    from all_effects
    group by breach_id, certainty
),

heaviest as (          -- days are those of the heaviest that lasts days: a shop may be banned for 15 and its contract ended
    select
        e.breach_id,
        e.certainty,
        max_by(e.code, s.weight * 1000 + coalesce(e.high, 0)) as sanction,
        max_by(e.low, case when e.low is not null then s.weight * 1000 + coalesce(e.high, 0) end) as sanction_days_low,
        max_by(e.high, case when e.high is not null then s.weight * 1000 + coalesce(e.high, 0) end) as sanction_days_high
    from all_effects as e
    inner join sanctions as s
        on e.code = s.code
    where e.kind = 'sanction'
    group by e.breach_id, e.certainty
)

select
    e.breach_id,
    e.certainty,
    c.points_class,
    max(h.sanction) as sanction,
    max(h.sanction_days_low) as sanction_days_low,
    max(h.sanction_days_high) as sanction_days_high,
    cast(sum(case when e.kind = 'money' and e.currency = 'CNY' then e.low end) as decimal(18, 2)) as money_low_cny,
    cast(sum(case when e.kind = 'money' and e.currency = 'CNY' then e.high end) as decimal(18, 2)) as money_high_cny,
    bool_or(e.kind = 'money' and e.low is null) as money_low_unknown,
    bool_or(e.kind = 'money' and e.high is null) as money_high_unknown,
    cast(sum(case when e.kind = 'points' and e.code = c.points_class then e.low end) as decimal(18, 6)) as points_low,
    cast(sum(case when e.kind = 'points' and e.code = c.points_class then e.high end) as decimal(18, 6)) as points_high,
    cast(sum(case when e.kind = 'points' and e.code = c.points_class then e.uncapped_high end) as decimal(18, 6)) as points_uncapped
from all_effects as e
left join classed as c
    on e.breach_id = c.breach_id and e.certainty = c.certainty
left join heaviest as h
    on e.breach_id = h.breach_id and e.certainty = h.certainty
group by e.breach_id, e.certainty, c.points_class

-- combined_effects: one row per effect after rules that meet on an order or day: heaviest drops the lesser, unknown opens its low end
select
    e.breach_id,
    e.version_id,
    e.penalty,
    e.certainty,
    e.kind,
    e.code,
    e.currency,
    e.payee,
    e.form,
    e.until,
    e.uncapped_low,
    e.uncapped_high,
    e.amount_unknown,
    e.store_id,
    e.pack,
    e.track,
    e.rule_id,
    e.concept,
    e.occurred_at,
    e.day,
    case when m.breach_id is not null then 0 else e.low end as low,
    case when m.drops_high then 0 else e.high end as high
from all_effects as e
left join effects_met as m
    on
        e.breach_id = m.breach_id and e.version_id = m.version_id and e.penalty = m.penalty
        and e.certainty = m.certainty and e.kind = 'money' and e.currency = m.currency

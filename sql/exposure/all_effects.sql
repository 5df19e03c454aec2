-- all_effects: one row per effect after its own caps, of breaches and of ladder nodes
select
    breach_id, version_id, penalty, certainty, kind, code, currency, payee, form, until,
    uncapped_low, uncapped_high, amount_unknown, store_id, pack, track, rule_id, concept, occurred_at, day, order_id, low, high
from capped_effects
union all
select
    c.breach_id, c.version_id, c.penalty, c.certainty, e.kind, e.code, e.currency, e.payee, e.form, e.until,
    case when e.kind = 'sanction' then e.days_low else e.low end as uncapped_low,
    case when e.kind = 'sanction' then e.days_high else e.high end as uncapped_high,
    e.kind in ('money', 'points') and (e.low is null or e.high is null) as amount_unknown,
    c.store_id, c.pack, c.track, c.rule_id, c.concept, c.occurred_at, c.day, cast(null as varchar) as order_id,
    case when e.kind = 'sanction' then e.days_low else e.low end as low,
    case when e.kind = 'sanction' then e.days_high else e.high end as high
from ledger_crossings as c
inner join effects as e
    on c.version_id = e.version_id and c.penalty = e.penalty

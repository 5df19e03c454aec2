-- effects_met: one row per money effect that meets a dearer one of another rule on the same order or day
with paired as (
    select
        e.breach_id,
        e.version_id,
        e.penalty,
        e.certainty,
        e.currency,
        c.how,
        f.high as other_high,
        e.high,
        f.rule_id as other_rule,
        e.rule_id
    from all_effects as e
    inner join combinations as c
        on e.pack = c.pack and (e.rule_id = c.rule_id or e.rule_id = c.other_rule_id) and c.how in ('heaviest', 'unknown')
    inner join all_effects as f
        on
            e.store_id = f.store_id and e.track = f.track and e.pack = f.pack and e.currency = f.currency
            and f.rule_id = case when e.rule_id = c.rule_id then c.other_rule_id else c.rule_id end
            and case c.meet_on when 'order' then e.order_id = f.order_id else e.day = f.day end
    where e.kind = 'money' and f.kind = 'money' and e.certainty <> 'averted' and f.certainty <> 'averted'
)

select
    breach_id,
    version_id,
    penalty,
    certainty,
    currency,
    bool_or(how = 'heaviest') as drops_high
from paired
where other_high > high or (other_high = high and other_rule < rule_id)
group by breach_id, version_id, penalty, certainty, currency

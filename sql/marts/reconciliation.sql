-- reconciliation: one row per notice of a platform or predicted breach of a store that has notices, matched on order or day
with predicted as (
    select b.*
    from breaches as b
    where
        b.home and b.pack <> 'law'         -- a platform gives notice of its own rules, not of statutes
        and b.track = 'in_force' and b.certainty <> 'averted'
        and b.store_id in (select store_id from platform_notices)
),

pairs as (
    select
        n.notice_id,
        n.store_id,
        p.breach_id,
        cast(row_number() over (
            partition by n.store_id, n.notice_id order by abs(epoch(n.issued_at) - epoch(p.occurred_at)), p.breach_id
        ) as bigint) as place
    from platform_notices as n
    inner join predicted as p
        on n.store_id = p.store_id and (n.rule_id = p.rule_id or n.concept = p.concept)
    where
        (n.order_id is not null and n.order_id = p.order_id)
        or (n.order_id is null and p.occurred_at between n.issued_at - interval 30 day and n.issued_at)
),

matched as (
    select
        notice_id,
        store_id,
        breach_id
    from pairs
    where place = 1
)

select
    coalesce(n.store_id, p.store_id) as store_id,
    coalesce(n.rule_id, p.rule_id) as rule_id,
    n.notice_id,
    p.breach_id,
    case
        when n.notice_id is not null and p.breach_id is not null then 'matched'
        when n.notice_id is null then 'missed'
        else 'not_predicted'
    end as outcome,
    n.issued_at,
    p.occurred_at,
    n.money_cny,
    p.money_low_cny as predicted_low_cny,
    p.money_high_cny as predicted_high_cny,
    n.money_cny - coalesce(p.money_high_cny, p.money_low_cny) as amount_error_cny,
    'in_force' as track,
    r.run_id,
    r.packs_version
from platform_notices as n
left join matched as m
    on n.store_id = m.store_id and n.notice_id = m.notice_id
full outer join predicted as p
    on m.breach_id = p.breach_id
cross join run_info as r

-- ledger_crossings: one row per award, view and ladder node that it crosses; of several at once the pick says which count
with crossed as (
    select
        a.certainty,
        a.breach_id as award_id,
        a.store_id,
        a.pack,
        a.track,
        a.points_class,
        a.account,
        a.occurred_at,
        a.day,
        a.points,
        a.carried,
        a.balance,
        l.version_id,
        l.rule_id,
        l.concept,
        l.pick,
        n.penalty,
        n.node,
        cast(row_number() over (
            partition by a.certainty, a.breach_id, a.points_class, l.version_id order by n.node desc, n.penalty
        ) as bigint) as from_top
    from ledger_awards as a
    inner join ladder_versions as l
        on a.ladder_version = l.version_id
    inner join ladder_nodes as n
        on l.version_id = n.version_id and n.node <= a.balance and n.node > a.balance - a.points
),

kept as (
    select *
    from crossed
    where pick = 'all' or from_top = 1
)

select                 -- a node that the proven points cross already is not contingent once more
    k.*,
    md5(concat(k.store_id, '|', k.version_id, '|', k.account, '|', cast(k.node as varchar), '|', cast(k.penalty as varchar))) as breach_id
from kept as k
left join kept as c
    on
        c.certainty = 'confirmed' and k.store_id = c.store_id and k.version_id = c.version_id
        and k.account = c.account and k.node = c.node and k.penalty = c.penalty
where k.certainty = 'confirmed' or c.award_id is null

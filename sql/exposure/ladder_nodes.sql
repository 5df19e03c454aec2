-- ladder_nodes: one row per ladder version, penalty and balance at which it bites (an `every` node up to 240 points)
with floors as (       -- "from 100 on, every 25": the lowest balance at which a penalty of several predicates bites
    select
        version_id,
        owner_no,
        max(low) as lowest
    from predicates
    where owner = 'penalty' and fact = 'balance' and op = 'ge'
    group by version_id, owner_no
)

select distinct
    p.version_id,
    p.owner_no as penalty,
    cast(p.low * case when p.op = 'every' then n.n else 1 end as decimal(18, 6)) as node
from predicates as p
inner join numbers as n
    on p.op = 'every' or n.n = 1
left join floors as f
    on p.version_id = f.version_id and p.owner_no = f.owner_no
where
    p.owner = 'penalty' and p.fact = 'balance' and p.low > 0
    and p.low * case when p.op = 'every' then n.n else 1 end >= coalesce(f.lowest, 0)

-- ladder_nodes: one row per ladder version, penalty and balance at which it bites (an `every` node up to 240 points)
select
    p.version_id,
    p.owner_no as penalty,
    cast(p.low * case when p.op = 'every' then n.n else 1 end as decimal(18, 6)) as node
from predicates as p
inner join numbers as n
    on p.op = 'every' or n.n = 1
where p.owner = 'penalty' and p.fact = 'balance' and p.low > 0

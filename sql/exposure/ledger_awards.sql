-- ledger_awards: one row per award of points and view, with what was carried into its account and the running balance
select
    p.*,
    coalesce(c.carried, 0) as carried,
    coalesce(c.carried, 0) + cast(sum(p.points) over (
        partition by p.certainty, p.store_id, p.pack, p.track, p.points_class, p.account
        order by p.occurred_at, p.breach_id
        rows between unbounded preceding and current row
    ) as decimal(18, 6)) as balance
from ledger_points as p
left join ledger_carries as c
    on
        p.certainty = c.certainty and p.store_id = c.store_id and p.pack = c.pack and p.track = c.track
        and p.points_class = c.points_class and p.account = c.account

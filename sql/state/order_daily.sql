-- order_daily: one row per store and day of payment
select
    store_id,
    cast(paid_at as date) as day,
    count(*) as orders,
    cast(sum(coalesce(paid_cny, 0)) as decimal(18, 2)) as paid_cny
from orders
where paid_at is not null
group by store_id, cast(paid_at as date)

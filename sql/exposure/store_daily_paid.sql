-- store_daily_paid: one row per store: mean amount paid a day over the days on which it sold
select
    store_id,
    cast(avg(paid_cny) as decimal(18, 2)) as mean_paid_cny
from order_daily
group by store_id

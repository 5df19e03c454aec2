-- day_orders: one row per order paid (or, unpaid, placed) on a day judged here, whatever month it was placed in
select o.*
from nearby_orders as o
inner join store_spans as s
    on o.store_id = s.store_id
where coalesce(o.paid_at, o.created_at) >= s.from_at and coalesce(o.paid_at, o.created_at) < s.to_at

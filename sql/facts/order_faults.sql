-- order_faults: one row per order with a tracking fault, the first of them
select
    store_id,
    order_id,
    min(happened_at) as fault_at
from tracking_events
where event = 'exception'
group by store_id, order_id

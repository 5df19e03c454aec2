-- tracking_steps: one row per tracking event with the event that follows it on the same parcel
select
    store_id,
    order_id,
    tracking_no,
    event,
    happened_at,
    lead(happened_at) over (
        partition by store_id, order_id, tracking_no order by happened_at, source_file, source_row
    ) as next_at
from tracking_events

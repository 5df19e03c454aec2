-- fact_daily: one row per store, fact table and day with rows
with dated as (
    select store_id, 'orders' as table_name, cast(created_at as date) as day, exported_at as seen_at from orders
    union all
    select store_id, 'orders_shipped', cast(shipped_at as date), exported_at from orders where shipped_at is not null
    union all
    select store_id, 'orders_picked_up', cast(picked_up_at as date), exported_at from orders where picked_up_at is not null
    union all
    select store_id, 'messages', cast(sent_at as date), sent_at from messages
    union all
    select store_id, 'asks', day, asked_at from asks where in_month
    union all
    select store_id, 'conversations', cast(started_at as date), ended_at from conversations
    union all
    select store_id, 'aftersales', cast(requested_at as date), exported_at from aftersales
    union all
    select store_id, 'promises', cast(sent_at as date), sent_at from promises
    union all
    select store_id, 'complaints', cast(raised_at as date), coalesce(exported_at, raised_at) from complaints
    union all
    select store_id, 'agent_status', cast(started_at as date), ended_at from agent_status
    union all
    select store_id, 'ratings', cast(rated_at as date), rated_at from ratings
    union all
    select store_id, 'reviews', cast(reviewed_at as date), coalesce(exported_at, reviewed_at) from reviews
    union all
    select store_id, 'blocks', cast(blocked_at as date), blocked_at from blocks
    union all
    select store_id, 'tracking_events', cast(happened_at as date), happened_at from tracking_events
    union all
    select store_id, 'listings', cast(captured_at as date), captured_at from listings
    union all
    select store_id, 'annotations', cast(happened_at as date), happened_at from annotations
    union all
    select store_id, 'platform_notices', cast(issued_at as date), issued_at from platform_notices
)

select
    store_id,
    table_name,
    day,
    count(*) as rows,
    max(seen_at) as data_until
from dated
where day is not null
group by store_id, table_name, day

-- store_seen: one row per store: the latest moment that its exports of these months speak of
with moments as (
    select store_id, max(exported_at) as seen_at from orders group by store_id
    union all
    select store_id, max(exported_at) as seen_at from aftersales group by store_id
    union all
    select store_id, max(coalesce(exported_at, raised_at)) as seen_at from complaints group by store_id
    union all
    select store_id, max(coalesce(exported_at, reviewed_at)) as seen_at from reviews group by store_id
    union all
    select store_id, max(asked_at) as seen_at from asks group by store_id
)

select
    store_id,
    max(seen_at) as seen_at
from moments
group by store_id

-- review_handling: one row per bad review and combo; value = hours until the seller answered
select
    k.combo,
    v.store_id,
    v.review_id as unit_id,
    v.reviewed_at + k.within_hours * interval 1 hour as occurred_at,
    cast(v.reviewed_at + k.within_hours * interval 1 hour as date) as day,
    (epoch(coalesce(v.replied_at, least(e.seen_at, v.reviewed_at + interval 90 day))) - epoch(v.reviewed_at)) / 3600 as value,
    case
        when v.replied_at is not null then v.replied_at <= v.reviewed_at + k.within_hours * interval 1 hour
        when e.seen_at > v.reviewed_at + k.within_hours * interval 1 hour then false
    end as ok,
    case
        when v.replied_at is null and coalesce(e.seen_at <= v.reviewed_at + k.within_hours * interval 1 hour, true) then 'not_due_yet'
    end as excluded_because,
    cast(null as decimal(18, 2)) as base_cny,
    v.order_id,
    cast(null as varchar) as conversation_id,
    cast(null as varchar) as message_id,
    cast(null as varchar) as agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from reviews as v
inner join combos_review_handling as k
    on v.stars <= k.stars_at_most
left join store_seen as e
    on v.store_id = e.store_id

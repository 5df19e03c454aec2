-- listing_phrase: one row per listing snapshot and combo; value = words found
with found as (        -- hits on listings carry the item in place of the message
    select
        h.store_id,
        h.message_id as item_id,
        k.combo,
        count(*) as times,
        min(h.term) as term
    from hits as h
    inner join combos_listing_phrase as k
        on list_contains(k.lexicons, h.lexicon) and list_contains(k.tiers, h.tier)
    where h.role = 'listing'
    group by h.store_id, h.message_id, k.combo
)

select                 -- long
    k.combo,
    i.store_id,
    concat(i.item_id, ':', cast(cast(i.captured_at as date) as varchar)) as unit_id,
    i.captured_at as occurred_at,
    cast(i.captured_at as date) as day,
    cast(coalesce(f.times, 0) as double) as value,
    f.times is null as ok,
    cast(null as varchar) as excluded_because,
    cast(null as decimal(18, 2)) as base_cny,
    cast(null as varchar) as order_id,
    cast(null as varchar) as conversation_id,
    i.item_id as message_id,
    cast(null as varchar) as agent_id,
    f.term as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from listings as i
cross join combos_listing_phrase as k
left join found as f
    on i.store_id = f.store_id and i.item_id = f.item_id and k.combo = f.combo

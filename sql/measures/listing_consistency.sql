-- listing_consistency: one row per listing snapshot and combo; value = how many of the rule's cases it meets
with alike as (        -- listings of a store with the same title on the same day
    select
        store_id,
        cast(captured_at as date) as day,
        title,
        count(distinct item_id) as items
    from listings
    group by store_id, cast(captured_at as date), title
),

tried as (
    select
        k.combo,
        i.store_id,
        i.item_id,
        i.captured_at,
        case when list_contains(k.cases, 'sku_price_gap') then i.lowest_sku_cny < i.price_cny * coalesce(k.ratio, 0.5) end as sku_gap,
        case when list_contains(k.cases, 'absurd_postage') then i.freight_cny > i.price_cny * coalesce(k.ratio, 1) end as absurd_postage,
        case
            when list_contains(k.cases, 'free_shipping_contradicted')
                then i.title like '%包邮%' and not i.title like '%不包邮%' and (i.freight_cny > 0 or not i.free_shipping)
        end as contradicted,
        case when list_contains(k.cases, 'duplicate') then a.items > 1 end as duplicated,
        list_contains(k.cases, 'price_far_off') or list_contains(k.cases, 'category') as unseen
    from listings as i
    cross join combos_listing_consistency as k
    left join alike as a
        on i.store_id = a.store_id and cast(i.captured_at as date) = a.day and i.title = a.title
),

counted as (
    select
        *,
        case when sku_gap then 1 else 0 end + case when absurd_postage then 1 else 0 end
        + case when contradicted then 1 else 0 end + case when duplicated then 1 else 0 end as met,
        coalesce(sku_gap, absurd_postage, contradicted, duplicated) is null as nothing_told
    from tried
)

select                 -- long
    combo,
    store_id,
    concat(item_id, ':', cast(cast(captured_at as date) as varchar)) as unit_id,
    captured_at as occurred_at,
    cast(captured_at as date) as day,
    cast(met as double) as value,
    case when met > 0 then false when not nothing_told then true end as ok,
    case when met = 0 and nothing_told then case when unseen then 'not_observable' else 'missing:listings' end end as excluded_because,
    cast(null as decimal(18, 2)) as base_cny,
    cast(null as varchar) as order_id,
    cast(null as varchar) as conversation_id,
    item_id as message_id,
    cast(null as varchar) as agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from counted

-- store_scope: one row per store, version and window whose rule binds some stores only; met: 2 yes, 1 cannot be told, 0 no
with tested as (
    select
        s.store_id,
        w.version_id,
        w.window_start,
        w.window_end,
        p.alternative,
        p.op,
        p.low,
        p.high,
        p.members,
        p.fact,
        case
            when p.fact = 'store_age_months'
                then
                    (extract(year from w.window_end) - extract(year from s.opened_on)) * 12
                    + extract(month from w.window_end) - extract(month from s.opened_on)
        end as number_seen,
        case p.fact
            when 'seller_type' then s.seller_type
            when 'shop_type' then s.shop_type
            when 'store_category' then s.category
        end as text_seen
    from windows as w
    inner join predicates as p
        on w.version_id = p.version_id and p.owner = 'stores'
    cross join stores as s
),

answered as (
    select
        *,
        case
            when op in ('in', 'eq') and members is not null
                then case when text_seen is null then 1 when list_contains(members, text_seen) then 2 else 0 end
            when number_seen is null or low is null then 1
            when op = 'lt' then case when number_seen < low then 2 when number_seen >= high then 0 else 1 end
            when op = 'le' then case when number_seen <= low then 2 when number_seen > high then 0 else 1 end
            when op = 'gt' then case when number_seen > high then 2 when number_seen <= low then 0 else 1 end
            when op = 'ge' then case when number_seen >= high then 2 when number_seen < low then 0 else 1 end
            else case when number_seen = low then 2 else 0 end
        end as met
    from tested
),

grouped as (
    select
        store_id,
        version_id,
        window_start,
        window_end,
        alternative,
        min(met) as met,
        min(case when met = 1 then concat('stores.', fact) end) as missing
    from answered
    group by store_id, version_id, window_start, window_end, alternative
)

select
    store_id,
    version_id,
    window_start,
    window_end,
    max(met) as met,
    min(missing) as missing
from grouped
group by store_id, version_id, window_start, window_end

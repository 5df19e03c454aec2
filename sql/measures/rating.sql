-- rating: one row per rating and combo; value = its score
with rated as (        -- ratings of conversations, and stars of reviews, in one form
    select
        'conversation' as rated_what,
        store_id,
        rating_id,
        conversation_id,
        agent_id,
        cast(null as varchar) as order_id,
        rated_at,
        coalesce(card_sent_at, rated_at) as card_at,
        score,
        reason,
        served_by
    from ratings
    union all
    select
        'review' as rated_what,
        store_id,
        review_id as rating_id,
        cast(null as varchar) as conversation_id,
        cast(null as varchar) as agent_id,
        order_id,
        reviewed_at as rated_at,
        reviewed_at as card_at,
        stars as score,
        cast(null as varchar) as reason,
        cast(null as varchar) as served_by
    from reviews
)

select                 -- long
    k.combo,
    r.store_id,
    r.rating_id as unit_id,
    r.rated_at as occurred_at,
    cast(r.rated_at as date) as day,
    cast(r.score as double) as value,
    case
        when r.score is null or k.served_by = 'human' and r.served_by is null then null
        when len(k.reasons) > 0 then not (r.score < k.good_from and coalesce(list_contains(k.reasons, r.reason), false))
        else r.score >= k.good_from
    end as ok,
    case
        when r.score is null then 'missing:ratings.score'
        when k.served_by = 'human' and r.served_by is null then 'missing:ratings.served_by'
    end as excluded_because,
    cast(null as decimal(18, 2)) as base_cny,
    r.order_id,
    r.conversation_id,
    cast(null as varchar) as message_id,
    r.agent_id,
    cast(null as varchar) as matched_term,
    cast(null as varchar) as severity,
    1 as weight
from rated as r
inner join combos_rating as k
    on
        r.rated_what = k.source
        and (k.served_by <> 'human' or coalesce(r.served_by, 'human') = 'human')
        and (
            k.hours_from_minute is null
            or extract(hour from r.card_at) * 60 + extract(minute from r.card_at)
            between k.hours_from_minute and k.hours_to_minute - 1
        )

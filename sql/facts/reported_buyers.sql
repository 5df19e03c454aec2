-- reported_buyers: one row per upheld report of a buyer: the seven days before it leave every count
select
    store_id,
    buyer_key,
    blocked_at - interval 7 day as from_at,
    blocked_at as to_at
from nearby_blocks
where kind = 'report' and upheld and buyer_key is not null

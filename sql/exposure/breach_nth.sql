-- breach_nth: one row per breach: the how-many-eth of its rule in each window that rules speak of
select
    breach_id,
    cast(row_number() over (
        partition by store_id, pack, track, rule_id, extract(year from day) order by occurred_at, breach_id
    ) as bigint) as nth_year,
    cast(row_number() over (
        partition by store_id, pack, track, rule_id, date_trunc('month', day) order by occurred_at, breach_id
    ) as bigint) as nth_month,
    cast(row_number() over (
        partition by store_id, pack, track, rule_id order by occurred_at, breach_id
    ) as bigint) as nth_all,
    cast(count(*) over (
        partition by store_id, pack, track, rule_id order by occurred_at
        range between interval 30 days preceding and current row
    ) as bigint) as nth_30d,
    cast(count(*) over (
        partition by store_id, pack, track, rule_id order by occurred_at
        range between interval 7 days preceding and current row
    ) as bigint) as nth_7d
from breach_base

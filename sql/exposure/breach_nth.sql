-- breach_nth: one row per breach: the how-many-eth of its rule in each window that rules speak of
-- rolling windows are half-open: what happened exactly 30 days ago is out; of breaches at one moment each has its own number
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
        range between interval 2591999999999 microseconds preceding and current row
    ) - count(*) over (partition by store_id, pack, track, rule_id, occurred_at)
    + cast(row_number() over (partition by store_id, pack, track, rule_id, occurred_at order by occurred_at, breach_id) as bigint) as bigint) as nth_30d,
    cast(count(*) over (
        partition by store_id, pack, track, rule_id order by occurred_at
        range between interval 604799999999 microseconds preceding and current row
    ) - count(*) over (partition by store_id, pack, track, rule_id, occurred_at)
    + cast(row_number() over (partition by store_id, pack, track, rule_id, occurred_at order by occurred_at, breach_id) as bigint) as bigint) as nth_7d
from breach_base

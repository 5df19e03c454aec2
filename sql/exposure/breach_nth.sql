-- breach_nth: one row per breach: the how-many-eth of its rule in each window that rules speak of
-- rolling windows are half-open: what happened exactly 30 days ago is out; of breaches at one moment each has its own number
with asked as (        -- the rules whose penalties ask for a number in another window than the year
    select distinct
        v.pack,
        v.track,
        v.rule_id
    from predicates as p
    inner join rule_versions as v
        on p.version_id = v.version_id
    where p.fact = 'nth' and coalesce(p.in_window, '') <> 'calendar_year'
),

windowed as (
    select
        b.breach_id,
        cast(row_number() over (
            partition by b.store_id, b.pack, b.track, b.rule_id, date_trunc('month', b.day) order by b.occurred_at, b.breach_id
        ) as bigint) as nth_month,
        cast(row_number() over (
            partition by b.store_id, b.pack, b.track, b.rule_id order by b.occurred_at, b.breach_id
        ) as bigint) as nth_all,
        cast(count(*) over (
            partition by b.store_id, b.pack, b.track, b.rule_id order by b.occurred_at
            range between interval 2591999999999 microseconds preceding and current row
        ) - count(*) over (partition by b.store_id, b.pack, b.track, b.rule_id, b.occurred_at)
        + cast(row_number() over (
            partition by b.store_id, b.pack, b.track, b.rule_id, b.occurred_at order by b.occurred_at, b.breach_id
        ) as bigint) as bigint) as nth_30d,
        cast(count(*) over (
            partition by b.store_id, b.pack, b.track, b.rule_id order by b.occurred_at
            range between interval 604799999999 microseconds preceding and current row
        ) - count(*) over (partition by b.store_id, b.pack, b.track, b.rule_id, b.occurred_at)
        + cast(row_number() over (
            partition by b.store_id, b.pack, b.track, b.rule_id, b.occurred_at order by b.occurred_at, b.breach_id
        ) as bigint) as bigint) as nth_7d
    from breach_base as b
    inner join asked as a
        on b.pack = a.pack and b.track = a.track and b.rule_id = a.rule_id
)

select
    b.breach_id,
    cast(row_number() over (
        partition by b.store_id, b.pack, b.track, b.rule_id, extract(year from b.day) order by b.occurred_at, b.breach_id
    ) as bigint) as nth_year,
    w.nth_month,
    w.nth_all,
    w.nth_30d,
    w.nth_7d
from breach_base as b
left join windowed as w
    on b.breach_id = w.breach_id

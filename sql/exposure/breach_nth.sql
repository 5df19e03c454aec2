-- breach_nth: one row per breach: the how-many-eth of its rule in each window that rules speak of
-- rolling windows are half-open: what happened exactly 30 days ago is out; of breaches at one moment each has its own number
with numbered as (     -- rules by number, since a window over short keys costs half; and whether penalties ask for another window than the year
    select
        version_id,
        cast(dense_rank() over (order by pack, track, rule_id) as bigint) as rule_no,
        bool_or(asks) over (partition by pack, track, rule_id) as is_asked
    from (
        select
            v.version_id,
            v.pack,
            v.track,
            v.rule_id,
            bool_or(p.fact is not null) as asks
        from rule_versions as v
        left join predicates as p
            on v.version_id = p.version_id and p.fact = 'nth' and coalesce(p.in_window, '') <> 'calendar_year'
        group by v.version_id, v.pack, v.track, v.rule_id
    ) as versions
),

shops as (
    select
        store_id,
        cast(dense_rank() over (order by store_id) as bigint) as store_no
    from stores
),

dated as (
    select
        b.breach_id,
        b.occurred_at,
        b.day,
        cast(extract(year from b.day) as bigint) as year,
        s.store_no,
        n.rule_no,
        n.is_asked
    from breach_base as b
    inner join numbered as n
        on b.version_id = n.version_id
    inner join shops as s
        on b.store_id = s.store_id
)

select
    breach_id,
    cast(row_number() over (partition by rule_no, store_no, year order by occurred_at, breach_id) as bigint) as nth_year,
    cast(null as bigint) as nth_month,
    cast(null as bigint) as nth_all,
    cast(null as bigint) as nth_30d,
    cast(null as bigint) as nth_7d
from dated
where not is_asked
union all
select
    breach_id,
    cast(row_number() over (partition by rule_no, store_no, year order by occurred_at, breach_id) as bigint) as nth_year,
    cast(row_number() over (partition by rule_no, store_no, date_trunc('month', day) order by occurred_at, breach_id) as bigint) as nth_month,
    cast(row_number() over (partition by rule_no, store_no order by occurred_at, breach_id) as bigint) as nth_all,
    cast(row_number() over (partition by rule_no, store_no order by occurred_at, breach_id) as bigint) - count(*) over older_30d as nth_30d,
    cast(row_number() over (partition by rule_no, store_no order by occurred_at, breach_id) as bigint) - count(*) over older_7d as nth_7d
from dated
where is_asked
window
    older_30d as (partition by rule_no, store_no order by occurred_at range between unbounded preceding and interval 30 day preceding),
    older_7d as (partition by rule_no, store_no order by occurred_at range between unbounded preceding and interval 7 day preceding)

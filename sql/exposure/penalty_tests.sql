-- penalty_tests: one row per breach and penalty or exemption (numbered below 0) of its version; met: 2 yes, 1 cannot be told or may still come true, 0 no
with conditions as (
    select
        version_id,
        case owner when 'penalty' then owner_no else -owner_no end as penalty,
        alternative,
        predicate,
        fact,
        op,
        low,
        high,
        members,
        in_window
    from predicates
    where owner in ('penalty', 'exempt')
),

tested as (
    select
        b.breach_id,
        c.penalty,
        c.alternative,
        c.op,
        c.low,
        c.high,
        c.members,
        g.possible,
        case c.fact
            when 'paid_cny' then cast(b.paid_cny as double)
            when 'goods_cny' then cast(b.goods_cny as double)
            when 'promise_hours' then b.promise_hours
            when 'value' then b.value
            when 'units' then cast(b.units as double)
            when 'failing_units' then cast(b.failing_units as double)
            when 'failing_share' then b.failing_share
            when 'overdue_hours' then b.value - (epoch(b.occurred_at) - epoch(b.paid_at)) / 3600
            when 'nth'
                then cast(coalesce(b.given_nth, case c.in_window
                    when 'calendar_month' then n.nth_month
                    when 'rolling_30d' then n.nth_30d
                    when 'rolling_7d' then n.nth_7d
                    when 'all' then n.nth_all
                    else n.nth_year
                end) as double)
        end as number_seen,
        case c.fact
            when 'severity' then b.severity
            when 'supply_type' then b.supply_type
            when 'category' then b.category
            when 'complaint_filed' then case when d.breach_id is not null then 'true' end
            when 'user_annoyed' then case when d.breach_id is not null then 'true' end
            when 'complaint_upheld' then case when d.upheld then 'true' end
            when 'is_presale' then lower(cast(b.is_presale as varchar))
            when 'is_custom' then lower(cast(b.is_custom as varchar))
            when 'is_cash_on_delivery' then lower(cast(b.is_cash_on_delivery as varchar))
        end as text_seen
    from breach_tested as b
    inner join breach_nth as n
        on b.breach_id = n.breach_id
    inner join conditions as c
        on b.version_id = c.version_id
    left join fact_registry as g
        on c.fact = g.fact
    left join breach_complained as d
        on b.breach_id = d.breach_id
),

answered as (
    select
        *,
        case
            when members is not null
                then
                    case
                        when text_seen is null then 1
                        when list_contains(members, text_seen) then 2
                        when possible then 1
                        else 0
                    end
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
        breach_id,
        penalty,
        alternative,
        min(met) as met
    from answered
    group by breach_id, penalty, alternative
),

conditional as (
    select
        breach_id,
        penalty,
        max(met) as met
    from grouped
    group by breach_id, penalty
)

select
    b.breach_id,
    b.version_id,
    p.penalty,
    coalesce(c.met, 2) as met
from breach_tested as b
inner join penalties as p
    on b.version_id = p.version_id
left join conditional as c
    on b.breach_id = c.breach_id and p.penalty = c.penalty
union all
select
    b.breach_id,
    b.version_id,
    c.penalty,
    c.met
from breach_tested as b
inner join conditional as c
    on b.breach_id = c.breach_id and c.penalty < 0

-- breach_repeated: one row per count of breach_recurring that a penalty of its rule speaks of: a first bad month of a rule on repetition is no breach of it
with bites as (
    select
        r.breach_id,
        max(case
            when p.fact is null or p.fact <> 'nth' then 1
            when p.low is null then 1
            when p.op = 'ge' then case when r.given_nth >= p.low then 1 else 0 end
            when p.op = 'gt' then case when r.given_nth > p.low then 1 else 0 end
            when p.op = 'le' then case when r.given_nth <= p.high then 1 else 0 end
            when p.op = 'lt' then case when r.given_nth < p.high then 1 else 0 end
            else case when r.given_nth = p.low then 1 else 0 end
        end) as bites
    from breach_recurring as r
    left join predicates as p
        on r.version_id = p.version_id and p.owner = 'penalty'
    group by r.breach_id
)

select r.*
from breach_recurring as r
inner join bites as b
    on r.breach_id = b.breach_id and b.bites = 1

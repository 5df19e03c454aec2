-- breach_conditions: one row per breach: the condition of the first penalty that applies or may apply
select
    k.breach_id,
    min_by(p.when_zh, k.penalty) as condition_zh,
    min_by(p.when_en, k.penalty) as condition_en
from penalty_picks as k
inner join penalties as p
    on k.version_id = p.version_id and k.penalty = p.penalty
group by k.breach_id

-- training_gap: one row per judging code and concept that the training documents or the rules in force speak of
with current_versions as (   -- of each rule the version that binds on the last day
    select v.*
    from rule_versions as v
    cross join (select max(day) as last_day from calendar) as c
    where v.effective_from <= c.last_day and v.effective_to > c.last_day and v.relation = 'exact'
),

taught as (
    select
        pack,
        concept,
        min(rule_id) as rule_id,
        min_by(text_zh, rule_id) as text_zh,
        min_by(text_en, rule_id) as text_en
    from current_versions
    where track = 'training'
    group by pack, concept
),

bound as (
    select
        pack,
        concept,
        min(rule_id) as rule_id,
        min_by(text_zh, rule_id) as text_zh,
        min_by(text_en, rule_id) as text_en
    from current_versions
    where track = 'in_force' and grade <> 'training'
    group by pack, concept
),

broken as (
    select
        pack,
        concept,
        track,
        count(*) as breaches
    from breaches
    group by pack, concept, track
)

select
    coalesce(t.pack, i.pack) as pack,
    coalesce(t.concept, i.concept) as concept,
    t.rule_id as training_rule_id,
    i.rule_id as in_force_rule_id,
    case
        when t.rule_id is null then 'not_taught'
        when i.rule_id is null then 'taught_only'
        when t.text_en = i.text_en then 'same'
        else 'changed'
    end as gap,
    t.text_zh as training_zh,
    i.text_zh as in_force_zh,
    t.text_en as training_en,
    i.text_en as in_force_en,
    coalesce(x.breaches, 0) as breaches_training,
    coalesce(y.breaches, 0) as breaches_in_force,
    'in_force' as track,
    r.run_id,
    r.packs_version
from taught as t
full outer join bound as i
    on t.pack = i.pack and t.concept = i.concept
left join broken as x
    on coalesce(t.pack, i.pack) = x.pack and coalesce(t.concept, i.concept) = x.concept and x.track = 'training'
left join broken as y
    on coalesce(t.pack, i.pack) = y.pack and coalesce(t.concept, i.concept) = y.concept and y.track = 'in_force'
cross join run_info as r

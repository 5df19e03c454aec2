-- breaches: one row per breach; the costs are those of its certainty
select
    b.breach_id,
    coalesce(f.first_seen_run, r.run_id) as first_seen_run,
    b.store_id,
    s.platform,
    v.pack,
    v.pack = s.platform or v.pack = 'law' as home,
    v.rule_id,
    v.version_id,
    v.from_date,
    v.concept,
    b.occurred_at,
    b.day,
    b.window_start,
    b.agent_id,
    b.order_id,
    b.conversation_id,
    b.message_id,
    b.value,
    coalesce(b.node, case when v.judge_by = 'each' then k.limit_value else l.threshold end) as threshold,
    b.severity,
    n.nth_year as nth,
    d.condition_zh,
    d.condition_en,
    b.certainty,
    b.priced,
    b.base_cny,
    case when not e.money_low_unknown then e.money_low_cny end as money_low_cny,
    case when not e.money_high_unknown then e.money_high_cny end as money_high_cny,
    e.points_class,
    e.points_low,
    e.points_uncapped as points_high,
    e.points_high as counted,
    e.sanction,
    e.sanction_days_low,
    e.sanction_days_high,
    b.matched_term,
    t.text as evidence_text,
    cast(null as date) as appeal_by,
    b.day >= v.certain_from as version_certain,
    v.grade,
    concat(
        v.title_zh, '：',
        case
            when b.node is not null then concat('积分 ', cast(cast(b.balance as double) as varchar), ' 分，到达节点 ', cast(cast(b.node as double) as varchar))
            when b.matched_term is not null then concat('出现“', b.matched_term, '”')
            when v.judge_by <> 'each' then concat('窗口观测值 ', coalesce(cast(round(b.value, 4) as varchar), '无'))
            when b.value is null then '没有完成'
            else concat('观测值 ', cast(round(b.value, 2) as varchar))
        end,
        case when d.condition_zh is null then '' else concat('；', d.condition_zh) end
    ) as reason_zh,
    concat(
        v.title_en, ': ',
        case
            when b.node is not null then concat('balance ', cast(cast(b.balance as double) as varchar), ' reaches the node ', cast(cast(b.node as double) as varchar))
            when b.matched_term is not null then concat('"', b.matched_term, '" was said')
            when v.judge_by <> 'each' then concat('observed over the window: ', coalesce(cast(round(b.value, 4) as varchar), 'nothing'))
            when b.value is null then 'never done'
            else concat('observed ', cast(round(b.value, 2) as varchar))
        end,
        case when d.condition_en is null then '' else concat('; ', d.condition_en) end
    ) as reason_en,
    v.track,
    r.run_id,
    r.packs_version
from breach_rows as b
inner join rule_versions as v
    on b.version_id = v.version_id
inner join stores as s
    on b.store_id = s.store_id
cross join run_info as r
left join effect_totals as e
    on b.breach_id = e.breach_id and b.certainty = e.certainty
left join breach_nth as n
    on b.breach_id = n.breach_id
left join breach_conditions as d
    on b.breach_id = d.breach_id
left join limits as l
    on b.version_id = l.version_id
left join combo_limits as k
    on v.combo = k.combo
left join breach_texts as t
    on b.store_id = t.store_id and b.message_id = t.message_id
left join first_seen as f
    on b.breach_id = f.breach_id

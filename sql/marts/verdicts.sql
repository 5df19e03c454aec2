-- verdicts: one row per store, rule version and window
with resolved as (
    select
        s.*,
        v.from_date,
        v.unit_of_count,
        v.certain_from,
        v.assumed_zh,
        v.assumed_en,
        v.undecided_zh,
        v.undecided_en,
        v.grade,
        l.fact,
        l.op,
        l.threshold,
        case
            when s.status = 'counted' and n.breaches > 0 then 'breach'
            when s.status = 'counted' and n.verdicts > 0 then 'ok'
            when s.status = 'counted' then 'insufficient_data'
            when s.status <> 'empty' then s.status
            when e.days_with_rows > 0 then 'not_applicable'
            else 'insufficient_data'
        end as final_status,
        n.breaches as counted_breaches,
        n.verdicts as counted_verdicts,
        n.counted_rule_id,
        case
            when s.status = 'counted' then n.value
            when s.judge_by = 'each' then cast(s.failing_units as double)
            when l.fact = 'mean' then s.mean_value
            when l.fact = 'sum' then s.value_sum
            when l.fact = 'failing_share' then 1 - s.ok_share
            when l.fact = 'failing_units' then cast(s.failing_units as double)
            else s.ok_share
        end as observed
    from verdict_states as s
    inner join judged_versions as v
        on s.version_id = v.version_id
    left join limits as l
        on s.version_id = l.version_id
    left join empty_windows as e
        on
            s.store_id = e.store_id and s.version_id = e.version_id
            and s.window_start = e.window_start and s.window_end = e.window_end
    left join count_states as n
        on
            s.store_id = n.store_id and s.version_id = n.version_id
            and s.window_start = n.window_start and s.window_end = n.window_end
),

told as (
    select
        *,
        case final_status
            when 'insufficient_data'
                then concat('缺数据：', coalesce(replace(missing, 'missing:', ''), store_missing, table_name, counted_rule_id, measure))
            when 'not_applicable'
                then
                    case
                        when store_met = 0 then '本规则不适用于该店铺'
                        when coalesce(excluded_units, 0) > 0 then concat('全部 ', cast(excluded_units as varchar), ' 个单位均被排除')
                        else '窗口内没有可计入的单位'
                    end
            when 'manual_review'
                then coalesce(undecided_zh, case when measure is null then '该规则没有量法，须人工判断' else '该量法没有可判的事实，须人工判断' end)
            when 'info'
                then concat('没有来源给出界限，只列观测值 ', coalesce(cast(round(observed, 4) as varchar), '无'))
            else
                case
                    when measure = 'ledger' then concat('积分 ', cast(observed as varchar), '，跨过节点 ', cast(counted_breaches as varchar), ' 次')
                    when measure = 'recurrence' then concat('第 ', cast(observed as varchar), ' 次，依据 ', cast(counted_verdicts as varchar), ' 个判定')
                    when judge_by = 'each'
                        then concat(cast(units as varchar), ' 个单位中 ', cast(failing_units as varchar), ' 个不达标')
                    else
                        concat(
                            '观测值 ', coalesce(cast(round(observed, 4) as varchar), '无'), '，达标须 ',
                            case op when 'ge' then '≥ ' when 'gt' then '> ' when 'le' then '≤ ' when 'lt' then '< ' else '≠ ' end,
                            coalesce(cast(cast(threshold as double) as varchar), '不详'), '；计入 ', cast(units as varchar), '，不达标 ', cast(failing_units as varchar)
                        )
                end
        end as told_zh,
        case final_status
            when 'insufficient_data'
                then concat('data missing: ', coalesce(replace(missing, 'missing:', ''), store_missing, table_name, counted_rule_id, measure))
            when 'not_applicable'
                then
                    case
                        when store_met = 0 then 'the rule does not bind this store'
                        when coalesce(excluded_units, 0) > 0 then concat('all ', cast(excluded_units as varchar), ' units are excluded')
                        else 'no unit to count in the window'
                    end
            when 'manual_review'
                then coalesce(undecided_en, case when measure is null then 'the rule has no measure; a person must judge' else 'no facts that the measure could judge; a person must' end)
            when 'info'
                then concat('no source states a limit; observed ', coalesce(cast(round(observed, 4) as varchar), 'nothing'))
            else
                case
                    when measure = 'ledger' then concat('balance ', cast(observed as varchar), ', nodes crossed: ', cast(counted_breaches as varchar))
                    when measure = 'recurrence' then concat('count ', cast(observed as varchar), ', resting on ', cast(counted_verdicts as varchar), ' verdicts')
                    when judge_by = 'each'
                        then concat(cast(failing_units as varchar), ' of ', cast(units as varchar), ' units fail')
                    else
                        concat(
                            'observed ', coalesce(cast(round(observed, 4) as varchar), 'nothing'), ', ok is ',
                            case op when 'ge' then '>= ' when 'gt' then '> ' when 'le' then '<= ' when 'lt' then '< ' else '<> ' end,
                            coalesce(cast(cast(threshold as double) as varchar), 'unknown'), '; counted ', cast(units as varchar), ', failing ', cast(failing_units as varchar)
                        )
                end
        end as told_en
    from resolved
)

select
    store_id,
    platform,
    pack,
    home,
    rule_id,
    version_id,
    from_date,
    concept,
    window_start,
    window_end,
    coalesce(partial, true) as partial,
    units,
    ok_units,
    excluded_units,
    observed as value,
    case when measure in ('recurrence', 'ledger') then null when judge_by = 'each' then 'eq' else op end as op,
    case when measure in ('recurrence', 'ledger') then null when judge_by = 'each' then 0 else threshold end as threshold,
    case
        when measure in ('recurrence', 'ledger') then null
        when judge_by = 'each' then -observed
        when op in ('ge', 'gt') then observed - cast(threshold as double)
        else cast(threshold as double) - observed
    end as margin,
    unit_of_count,
    case when final_status = 'breach' then severity end as severity,
    final_status as status,
    window_start >= certain_from as version_certain,
    assumed_zh as assumed,
    grade,
    concat(told_zh, case when assumed_zh is null then '' else concat('（假定：', assumed_zh, '）') end) as reason_zh,
    concat(told_en, case when assumed_en is null then '' else concat(' (assumed: ', assumed_en, ')') end) as reason_en,
    track,
    r.run_id,
    r.packs_version
from told
cross join run_info as r
union all
select
    d.store_id,
    d.platform,
    v.pack,
    v.pack = d.platform or v.pack = 'law' as home,
    v.rule_id,
    v.version_id,
    v.from_date,
    v.concept,
    d.first_day as window_start,
    cast(d.last_day + 1 as date) as window_end,
    false as partial,
    cast(null as bigint) as units,
    cast(null as bigint) as ok_units,
    cast(null as bigint) as excluded_units,
    cast(null as double) as value,
    cast(null as varchar) as op,
    cast(null as decimal(18, 6)) as threshold,
    cast(null as double) as margin,
    v.unit_of_count,
    cast(null as varchar) as severity,
    case when d.without_data then 'insufficient_data' else 'not_applicable' end as status,
    d.first_day >= v.certain_from as version_certain,
    v.assumed_zh as assumed,
    v.grade,
    case when d.without_data then '缺数据：该店铺没有任何数据' else '该店铺数据所在的日子里，本规则不适用或不在有效期' end as reason_zh,
    case when d.without_data then 'data missing: the store has none' else 'the rule does not bind on any day of the store''s data' end as reason_en,
    v.track,
    r.run_id,
    r.packs_version
from dormant_rules as d
inner join rule_versions as v
    on d.version_id = v.version_id
cross join run_info as r

-- open_base: one row per unit not due yet and home rule, in the form of breach_base: what it would be if it failed
select
    md5(concat(u.store_id, '|', v.version_id, '|', u.unit_id)) as breach_id,
    u.store_id,
    v.version_id,
    v.pack,
    v.track,
    v.rule_id,
    v.concept,
    u.due_at as occurred_at,
    cast(u.due_at as date) as day,
    cast(null as date) as judged_day,
    cast(null as date) as window_start,
    cast(null as varchar) as agent_id,
    u.order_id,
    u.conversation_id,
    cast(null as varchar) as message_id,
    cast(null as double) as value,
    cast(null as varchar) as severity,
    cast(null as varchar) as matched_term,
    u.base_cny as paid_cny,
    u.goods_cny,
    u.deposit_cny,
    u.promise_hours,
    u.supply_type,
    u.category,
    u.is_presale,
    u.is_custom,
    u.is_cash_on_delivery,
    cast(null as timestamp) as paid_at,
    cast(null as timestamp) as created_at,
    cast(null as bigint) as given_nth,
    cast(null as bigint) as units,
    cast(null as bigint) as failing_units,
    cast(null as double) as failing_share,
    false as unsettled
from open_units as u
inner join stores as s
    on u.store_id = s.store_id
inner join rule_versions as v
    on
        u.combo = v.combo and v.pack = s.platform and v.track = 'in_force'
        and v.effective_from <= cast(u.due_at as date) and v.effective_to > cast(u.due_at as date)

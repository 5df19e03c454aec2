-- breach_overridden: one row per breach of an order that another rule of the platform takes out of this one's hands
with rivals as (       -- of two rules that meet, the one that gives way and the one that holds
    select
        pack,
        meet_on,
        case how when 'override' then other_rule_id else rule_id end as yielding_rule,
        case how when 'override' then rule_id else other_rule_id end as holding_rule
    from combinations
    where how in ('override', 'replace')
),

met_rivals as (
    select
        b.breach_id,
        v.version_id,
        b.supply_type,
        b.category,
        b.is_presale,
        b.is_custom,
        b.is_cash_on_delivery
    from breach_primary as b
    inner join rivals as r
        on b.pack = r.pack and b.rule_id = r.yielding_rule
    inner join judged_versions as v
        on
            r.holding_rule = v.rule_id and b.pack = v.pack and b.track = v.track
            and v.effective_from <= cast(case v.binds_by when 'paid_at' then coalesce(b.paid_at, b.occurred_at) when 'created_at' then coalesce(b.created_at, b.occurred_at) else b.occurred_at end as date)
            and v.effective_to > cast(case v.binds_by when 'paid_at' then coalesce(b.paid_at, b.occurred_at) when 'created_at' then coalesce(b.created_at, b.occurred_at) else b.occurred_at end as date)
    left join calendar_days as c
        on
            v.calendar = c.calendar and c.kind = 'holiday'
            and c.day = cast(case v.binds_by when 'paid_at' then coalesce(b.paid_at, b.occurred_at) when 'created_at' then coalesce(b.created_at, b.occurred_at) else b.occurred_at end as date)
    where v.calendar is null or c.day is not null
),

tested as (            -- the holding rule's own scope of orders must hold for this order
    select
        m.breach_id,
        m.version_id,
        p.alternative,
        case
            when p.fact is null then 1
            when list_contains(p.members, case p.fact
                when 'supply_type' then m.supply_type
                when 'category' then m.category
                when 'is_presale' then lower(cast(m.is_presale as varchar))
                when 'is_custom' then lower(cast(m.is_custom as varchar))
                when 'is_cash_on_delivery' then lower(cast(m.is_cash_on_delivery as varchar))
            end) then 1
            else 0
        end as inside
    from met_rivals as m
    left join predicates as p
        on m.version_id = p.version_id and p.owner = 'orders'
),

grouped as (
    select
        breach_id,
        version_id,
        alternative,
        min(inside) as inside
    from tested
    group by breach_id, version_id, alternative
)

select distinct breach_id
from grouped
where inside = 1

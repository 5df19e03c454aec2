-- limits: one row per version: the limit that its verdicts are held against, as ok reads it
with band_limits as (  -- the mildest share or mean that already breaks the rule: the last band's
    select
        version_id,
        max_by(fact, owner_no * 1000000 - alternative * 1000 - predicate) as fact,
        max_by(op, owner_no * 1000000 - alternative * 1000 - predicate) as op,
        -- what is null is passed over by max_by: an unknown limit would be that of another band
        nullif(max_by(coalesce(low, -999999), owner_no * 1000000 - alternative * 1000 - predicate), -999999) as low,
        nullif(max_by(coalesce(high, -999999), owner_no * 1000000 - alternative * 1000 - predicate), -999999) as high
    from predicates
    where owner = 'band' and fact in ('ok_share', 'failing_share', 'mean', 'sum', 'failing_units')
    group by version_id
)

select
    version_id,
    fact,
    case op when 'lt' then 'ge' when 'le' then 'gt' when 'gt' then 'le' when 'ge' then 'lt' else 'ne' end as op,
    case when op in ('lt', 'le') then high else low end as threshold
from band_limits

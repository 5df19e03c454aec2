-- exposure_matrix: one row per store, pack, month and certainty; law stands outside; one unknown high end leaves the sum's unknown
select
    e.store_id,
    e.platform,
    e.pack,
    e.home,
    e.month,
    e.certainty,
    cast(sum(e.breaches) as bigint) as breaches,
    cast(sum(e.money_low_cny) as decimal(18, 2)) as money_low_cny,
    case
        when not bool_or(e.money_low_cny is not null and e.money_high_cny is null)
            then cast(sum(e.money_high_cny) as decimal(18, 2))
    end as money_high_cny,
    cast(sum(case when e.priced = 'no' then e.breaches else 0 end) as bigint) as unpriced_breaches,
    cast(sum(e.points_low) as decimal(18, 6)) as points_low,
    case
        when not bool_or(e.points_low is not null and e.points_high is null)
            then cast(sum(e.points_high) as decimal(18, 6))
    end as points_high,
    max_by(e.sanction, n.weight * 1000 + coalesce(e.sanction_days_high, 0)) as sanction,
    max_by(e.sanction_days_low, case when e.sanction_days_low is not null then n.weight * 1000 + coalesce(e.sanction_days_high, 0) end) as sanction_days_low,
    max_by(e.sanction_days_high, case when e.sanction_days_high is not null then n.weight * 1000 + coalesce(e.sanction_days_high, 0) end) as sanction_days_high,
    max(e.gmv_at_risk_cny) as gmv_at_risk_cny,
    e.track,
    e.run_id,
    e.packs_version
from exposure as e
left join sanctions as n
    on e.sanction = n.code
where e.pack <> 'law'
group by e.store_id, e.platform, e.pack, e.home, e.month, e.certainty, e.track, e.run_id, e.packs_version

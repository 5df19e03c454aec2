-- agent_scorecard: one row per agent and day, with the breaches of home rules per 1,000 messages and a 95% interval
with broken as (
    select
        store_id,
        agent_id,
        day,
        track,
        count(*) as home_breaches
    from breaches
    where home and pack <> 'law' and agent_id is not null and track = 'in_force'
    group by store_id, agent_id, day, track
),

together as (          -- an agent's day may lie in the files of two months
    select
        store_id,
        agent_id,
        day,
        cast(sum(conversations) as bigint) as conversations,
        cast(sum(buyers) as bigint) as buyers,
        cast(sum(messages) as bigint) as messages,
        cast(sum(rounds) as bigint) as rounds,
        cast(sum(answered_rounds) as bigint) as answered_rounds,
        cast(sum(cast(wait_sum as decimal(18, 3))) as double) as wait_sum,
        cast(sum(first_answered) as bigint) as first_answered,
        cast(sum(cast(first_wait_sum as decimal(18, 3))) as double) as first_wait_sum,
        cast(sum(within_30s) as bigint) as within_30s,
        cast(sum(within_3min) as bigint) as within_3min,
        cast(sum(within_5min) as bigint) as within_5min
    from agent_daily
    group by store_id, agent_id, day
),

rated as (
    select
        a.*,
        s.platform,
        coalesce(b.home_breaches, 0) as home_breaches
    from together as a
    inner join stores as s
        on a.store_id = s.store_id
    left join broken as b
        on a.store_id = b.store_id and a.agent_id = b.agent_id and a.day = b.day
)

select
    t.store_id,
    t.platform,
    t.agent_id,
    t.day,
    t.conversations,
    t.buyers,
    t.messages,
    t.rounds as asks,
    t.first_wait_sum / nullif(t.first_answered, 0) as first_response_seconds,
    t.wait_sum / nullif(t.answered_rounds, 0) as average_response_seconds,
    t.within_30s / nullif(cast(t.rounds as double), 0) as within_30s_share,
    t.within_3min / nullif(cast(t.rounds as double), 0) as within_3min_share,
    t.within_5min / nullif(cast(t.rounds as double), 0) as within_5min_share,
    t.rounds - t.answered_rounds as unanswered_rounds,
    t.home_breaches,
    1000 * t.home_breaches / nullif(cast(t.messages as double), 0) as breaches_per_1000,
    -- Byar's approximation to the Poisson interval
    case
        when t.home_breaches = 0 then 0
        else
            1000 * t.home_breaches
            * power(1 - 1 / nullif(9.0 * t.home_breaches, 0) - 1.96 / nullif(3 * sqrt(t.home_breaches), 0), 3)
            / nullif(cast(t.messages as double), 0)
    end as breaches_per_1000_low,
    1000 * (t.home_breaches + 1)
    * power(1 - 1 / nullif(9.0 * (t.home_breaches + 1), 0) + 1.96 / nullif(3 * sqrt(t.home_breaches + 1), 0), 3)
    / nullif(cast(t.messages as double), 0) as breaches_per_1000_high,
    'in_force' as track,
    r.run_id,
    r.packs_version
from rated as t
cross join run_info as r

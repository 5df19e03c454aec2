-- agent_messages_daily: one row per store and day: messages that agents sent
select
    store_id,
    cast(sent_at as date) as day,
    count(*) as messages
from messages
where role = 'agent' and kind <> 'recall'
group by store_id, cast(sent_at as date)

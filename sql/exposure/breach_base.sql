-- breach_base: one row per breach before its costs: of units, of windows, and of rules over rules that have something to say
select *
from breach_primary
union all
select *
from breach_repeated

-- breach_tested: one row per breach whose version has a penalty or an exemption to look into; the others cost nothing, which needs no test
select b.*
from breach_base as b
inner join (
    select version_id from penalties
    union
    select version_id from predicates
    where owner = 'exempt'
) as v
    on b.version_id = v.version_id

"""The listed mutants: one comparison, bound, role, null or sum of one SQL file, written wrong."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """One text of one file in the place of another; `topic` names the worlds that ought to tell."""

    file: str
    old: str
    new: str
    topic: str

    def __str__(self) -> str:
        return f"{self.file}: {self.old} -> {self.new}"


def _of(file: str, topic: str, *pairs: tuple[str, str]) -> list[Mutant]:
    return [Mutant(file, old, new, topic) for old, new in pairs]


MUTANTS: list[Mutant] = [
    *_of(
        "facts/reply_waits", "chat",
        ("between s.hours_from_minute and s.hours_to_minute - 1", "between s.hours_from_minute and s.hours_to_minute"),
        ("between s.hours_from_minute and s.hours_to_minute - 1", "between s.hours_from_minute + 1 and s.hours_to_minute - 1"),
        ("else a.day >= s.used_from and a.day < s.used_to", "else a.day > s.used_from and a.day < s.used_to"),
        ("when same_day and (epoch(asked_at) - epoch(cast(day as timestamp))) + answer_seconds >= 86400", "when same_day and (epoch(asked_at) - epoch(cast(day as timestamp))) + answer_seconds > 86400"),
        ("+ answer_seconds >= 86400 as crosses_midnight", "+ answer_seconds > 86400 as crosses_midnight"),
        ("when 'assisted' then a.wait_assisted_seconds", "when 'assisted' then a.wait_human_seconds"),
        ("else a.wait_any_seconds", "else a.wait_assisted_seconds"),
        ("and a.opens_round) or a.opens_session)", "and a.opens_session) or a.opens_session)"),
        ("(not s.reached_human_only or a.reached_human)", "(s.reached_human_only or a.reached_human)"),
        ("not coalesce(a.is_offline_message, false)", "coalesce(a.is_offline_message, true)"),
        ("and transferred_at > asked_at", "and transferred_at < asked_at"),
    ),
    *_of(
        "measures/reply", "chat",
        ("else value <= coalesce(within_seconds, value)", "else value < coalesce(within_seconds, value + 1)"),
        ("and day >= used_from and day < used_to", "and day > used_from and day < used_to"),
        ("having min(day) >= min(used_from)", "having min(day) > min(used_from)"),
        ("bool_or(wait_seconds is null)", "bool_and(wait_seconds is null)"),
        ("when value is null then false", "when value is null then true"),
        ("else max(wait_seconds)", "else min(wait_seconds)"),
        ("bool_and(without_robot and next_is_robot)", "bool_or(without_robot and next_is_robot)"),
        ("else least(c.wait_seconds, coalesce(k.cap_seconds, c.wait_seconds))", "else c.wait_seconds"),
    ),
    *_of("facts/reported_buyers", "chat", ("interval 7 day", "interval 6 day"), ("and upheld", "")),
    *_of(
        "measures/unserved", "chat",
        ("a.kind not in ('product_card', 'order_card')", "a.kind not in ('product_card')"),
        ("when agent_id is not null and list_contains(cases, 'assigned_without_reply')", "when agent_id is null and list_contains(cases, 'assigned_without_reply')"),
        ("when served then null", "when not served then null"),
    ),
    *_of(
        "measures/phrase", "said",
        ("when f.times < k.at_least then true", "when f.times <= k.at_least then true"), ("count(distinct h.message_id) as times", "count(*) as times"),
        ("then coalesce(o.paid_at <= f.occurred_at, false)", "then coalesce(o.paid_at < f.occurred_at, false)"),
        ("m.kind <> 'recall'", "m.kind <> 'image'"), ("and list_contains(s.tiers, h.tier)", ""), ("min(cast(m.sent_at as date)) as day", "max(cast(m.sent_at as date)) as day"),
        ("(h.role = s.role or (s.role = 'staff' and h.role in ('agent', 'robot')))", "(h.role = s.role or (s.role = 'staff' and h.role in ('agent')))"),
    ),
    *_of(
        "measures/contact", "chat",
        ("u.unanswered > coalesce(k.unanswered_messages, 1000000)", "u.unanswered >= coalesce(k.unanswered_messages, 1000000)"),
        ("u.turn = 0 as unasked", "u.turn >= 0 as unasked"), ("times < at_least as ok", "times <= at_least as ok"),
    ),
    *_of("facts/unanswered_runs", "chat", ("kind <> 'recall'", "kind <> 'image'"), ("case when turn = 0 then 0 else 1 end", "0")),
    *_of("measures/offline_message", "chat", ("between s.hours_from_minute and s.hours_to_minute - 1", "between s.hours_from_minute and s.hours_to_minute")),
    *_of(
        "measures/notice", "said",
        ("t.sent_at > n.happened_at", "t.sent_at >= n.happened_at"), ("t.sent_at <= n.happened_at +", "t.sent_at < n.happened_at +"),
        ("messages where role = 'agent'", "messages where role in ('agent', 'robot')"),
    ),
    *_of("measures/conversion", "chat", ("o.paid_at < b.first_asked_at + k", "o.paid_at <= b.first_asked_at + k"), ("o.paid_at >= b.first_asked_at", "o.paid_at > b.first_asked_at")),
    *_of("measures/throughput", "chat", ("h.handled <= coalesce(k.at_most", "h.handled < coalesce(k.at_most"), ("a.wait_human_seconds is not null", "a.wait_any_seconds is not null")),
    *_of(
        "measures/shipment", "ship",
        ("then coalesce(stopped_at <= due_at, false)", "then coalesce(stopped_at < due_at, false)"), ("when closed_at <= due_at then 'closed_before_limit'", "when closed_at < due_at then 'closed_before_limit'"),
        ("when exported_at <= due_at then 'not_due_yet'", "when exported_at < due_at then 'not_due_yet'"), ("(o.paid_at is not null or o.is_cash_on_delivery)", "(o.paid_at is not null)"),
        ("o.shipped_at is not null and o.picked_up_at is not null then greatest(", "o.shipped_at is not null then greatest("), ("coalesce(k.grace_hours, 0)", "0"),
        ("and is_presale then 'presale'", "and coalesce(is_presale, true) then 'presale'"), ("and c.met > 0", "and c.met > 1"),
        ("when bool_or(stopped_at is null) then null", "when bool_and(stopped_at is null) then null"),
    ),
    *_of(
        "measures/out_of_stock", "ship",
        ("coalesce(stopped_at, closed_at, exported_at) > due_at", "coalesce(stopped_at, closed_at, exported_at) >= due_at"), ("coalesce(stopped_at >= refused_at, true)", "coalesce(stopped_at > refused_at, true)"),
        ("coalesce(delivered_at, exported_at) > received_by", "coalesce(delivered_at, exported_at) >= received_by"), ("where c.met > 0", "where c.met > 1"), ("closed_by = 'seller' and stopped_at is null", "closed_by = 'seller'"),
        ("when closed_at <= due_at then 'closed_before_limit'", "when closed_at < due_at then 'closed_before_limit'"),
    ),
    *_of("facts/order_scope", "ship", ("when op = 'ge' then case when number_seen >= high", "when op = 'ge' then case when number_seen > high"), ("case when text_seen is null then 1", "case when text_seen is null then 0")),
    *_of("measures/seller_closed_unpaid", "orders", ("o.paid_at is null", "o.paid_at is not null")),
    *_of("measures/tracking", "ways", ("else coalesce(stopped_at <= due_at, false)", "else coalesce(stopped_at < due_at, false)"), ("longest_gap <= within_hours", "longest_gap < within_hours"), ("t.happened_at > case", "t.happened_at >= case")),
    *_of(
        "measures/false_shipment", "orders",
        ("o.picked_up_at < o.paid_at", "o.picked_up_at <= o.paid_at"), ("o.picked_up_at > o.shipped_at +", "o.picked_up_at >= o.shipped_at +"), ("o.exported_at > o.shipped_at +", "o.exported_at >= o.shipped_at +"),
        ("w.days_between <= k.reuse_days", "w.days_between < k.reuse_days"), ("m.moved_at > o.picked_up_at +", "m.moved_at >= o.picked_up_at +"),
    ),
    *_of("measures/refund", "care", ("then coalesce(stopped_at <= due_at, false)", "then coalesce(stopped_at < due_at, false)"), ("when exported_at <= due_at", "when exported_at < due_at"), ("and list_contains(s.kinds, r.kind)", "")),
    *_of(
        "measures/complaint", "care",
        (">= raised_before", "> raised_before"), ("coalesce(done_at <= due_at, false)", "coalesce(done_at < due_at, false)"), ("o.shipped_at > c.raised_at", "o.shipped_at >= c.raised_at"),
        ("d.followups > 0 as ok", "d.followups > 1 as ok"), ("not regular_closing or", "regular_closing or"),
    ),
    *_of("measures/dispute", "ways", ("where o.paid_at is not null", "where o.created_at is not null"), ("bool_or(coalesce(c.upheld, false))", "bool_or(coalesce(c.upheld, true))")),
    *_of("measures/online", "desk", ("v.value >= v.open_hours - 0.0005", "v.value > v.open_hours"), ("else v.value >= coalesce(k.min_hours, 0)", "else v.value > coalesce(k.min_hours, 0)"), ("greatest(h.from_at, coalesce(h.runs_on, h.from_at))", "h.from_at")),
    *_of("facts/online_spans", "desk", ("status in ('online', 'busy')", "status in ('online')")),
    *_of("measures/rating", "desk", ("else r.score >= k.good_from", "else r.score > k.good_from"), ("coalesce(r.served_by, 'human') = 'human'", "r.served_by = 'human'"), ("between k.hours_from_minute and k.hours_to_minute - 1", "between k.hours_from_minute and k.hours_to_minute")),
    *_of("measures/review_handling", "desk", ("v.stars <= k.stars_at_most", "v.stars < k.stars_at_most"), ("v.replied_at <= v.reviewed_at", "v.replied_at < v.reviewed_at")),
    *_of("measures/block", "desk", ("coalesce(b.kind, 'block') = 'block'", "b.kind = 'block'")),
    *_of(
        "measures/promise", "said",
        ("coalesce(done_at <= due_at, false)", "coalesce(done_at < due_at, false)"), ("when o.shipped_at >= p.sent_at then", "when o.shipped_at > p.sent_at then"), ("d.seen_at <= d.due_at", "d.seen_at < d.due_at"),
    ),
    *_of(
        "measures/privacy", "said",
        ("g.given_at < m.sent_at", "g.given_at <= m.sent_at"), (" and w.kind = g.kind", ""),
        ("and not (w.other_account_only and", "and not (true and"),
    ),
    *_of("measures/freight", "said", ("when o.freight_cny > 0 then true", "when o.freight_cny >= 0 then true")),
    *_of("measures/invoice", "said", ("p.raised_at <= o.finished_at +", "p.raised_at < o.finished_at +")),
    *_of("measures/phrase_absent", "said", ("m.kind = 'text'", "m.kind <> 'image'")),
    *_of("measures/listing_phrase", "said", ("and list_contains(k.tiers, h.tier)", "")),
    *_of("measures/listing_consistency", "said", ("i.lowest_sku_cny < i.price_cny", "i.lowest_sku_cny <= i.price_cny"), ("i.freight_cny > i.price_cny", "i.freight_cny >= i.price_cny"), ("a.items > 1", "a.items > 0")),
    *_of("verdicts/rule_daily", "care", ("v.effective_to > d.day", "v.effective_to >= d.day"), ("v.effective_from <= d.day", "v.effective_from < d.day")),
    *_of(
        "verdicts/windows", "costs", ("c.day + 1 - cast(v.window_days as integer), v.effective_from", "c.day - cast(v.window_days as integer), v.effective_from"),
    ),
    *_of("verdicts/window_sums", "costs", ("w.window_end > d.day", "w.window_end >= d.day"), ("units - ok_units as failing_units", "ok_units as failing_units")),
    *_of("verdicts/window_sums", "chat", ("value_sum / nullif(valued_units, 0)", "value_sum / nullif(units, 0)")),
    *_of("verdicts/spans", "history", ("interval 1 minute then t.last_day", "interval 1 minute then cast(t.last_day + 1 as date)")),
    *_of("exposure/breach_primary", "costs", ("least(v.window_end, cast(v.last_day + 1 as date))", "v.window_end")),
    *_of("facts/status_days", "desk", ("as timestamp) < a.ended_at", "as timestamp) <= a.ended_at")),
    *_of("verdicts/band_tests", "desk", ("when observed < low then 2 when observed >= high", "when observed <= low then 2 when observed > high"), ("when observed >= high then 2 when observed < low", "when observed > high then 2 when observed <= low"), ("min(met) as met", "max(met) as met")),
    *_of("verdicts/gate_tests", "costs", ("when observed >= high then 2 when observed < low", "when observed > high then 2 when observed <= low")),
    *_of("verdicts/store_scope", "costs", ("when number_seen >= high then 2 when number_seen < low", "when number_seen > high then 2 when number_seen <= low"), ("case when text_seen is null then 1", "case when text_seen is null then 2")),
    *_of("exposure/breach_nth", "history", ("interval 30 day preceding", "interval 11 day preceding"), ("date_trunc('month', day)", "date_trunc('year', day)")),
    *_of(
        "exposure/penalty_tests", "prices",
        ("when op = 'lt' then case when number_seen < low then 2 when number_seen >= high", "when op = 'lt' then case when number_seen <= low then 2 when number_seen > high"),
        ("when op = 'ge' then case when number_seen >= high then 2 when number_seen < low", "when op = 'ge' then case when number_seen > high then 2 when number_seen <= low"),
        ("when text_seen is null then 1", "when text_seen is null then 0"), ("case when d.upheld then 'true' end", "case when d.breach_id is not null then 'true' end"),
    ),
    *_of("exposure/breach_complained", "prices", ("interval 1 day", "interval 9 day"), ("b.occurred_at + interval 30 day", "b.occurred_at + interval 1 day"), ("c.order_id is null", "c.order_id is not null"), ("(c.concept is null or c.concept = b.concept)", "(c.concept = b.concept)")),
    *_of("exposure/penalty_picks", "prices", ("or o.exempt = 2 then", "then"), ("or o.exempt = 1 then", "then")),
    *_of("exposure/penalty_picks", "costs", ("t.penalty <= coalesce(f.penalty, t.penalty)", "t.penalty < coalesce(f.penalty, t.penalty + 1)"), ("o.met = 2 and c.candidates = 1", "o.met = 2"), ("t.penalty > 0 and t.met > 0", "t.penalty > 0 and t.met > 1")),
    *_of("exposure/candidate_effects", "prices", ("then greatest(raw_high, min_high)", "then least(raw_high, min_high)"), ("round(least(floor_high, max_high), 2)", "round(greatest(floor_high, max_high), 2)"), ("else greatest(raw_low, min_low)", "else raw_low")),
    *_of("exposure/breach_effects", "costs", ("when penalties_with_it < candidates then 0", "when penalties_with_it < candidates then low"), ("when low_unknown then null", "when low_unknown then 0")),
    *_of(
        "exposure/capped_effects", "prices",
        ("else least(run_high, cap_high) - least(run_high - high_0, cap_high)", "else least(run_high, cap_high)"), ("then case when run_high <= cap_high then high_0 else 0 end", "then case when run_high < cap_high then high_0 else 0 end"),
        ("order by sureness, occurred_at", "order by occurred_at"), ("date_trunc('week', b.day)", "date_trunc('month', b.day)"),
    ),
    *_of("exposure/ledger_points", "costs", ("certainty in ('confirmed', 'contingent')", "certainty in ('contingent')"), ("cast(sum(low) as decimal(18, 6)) as points", "cast(sum(high) as decimal(18, 6)) as points")),
    *_of("exposure/ledger_crossings", "prices", ("n.node <= a.balance", "n.node < a.balance"), ("n.node > a.balance - a.points", "n.node >= a.balance - a.points"), ("order by n.node desc", "order by n.node")),
    *_of("exposure/breach_recurring", "costs", ("interval 7 day preceding", "interval 1 day preceding")),
    *_of("exposure/breach_repeated", "costs", ("when r.given_nth >= p.low", "when r.given_nth > p.low")),
    *_of("exposure/effects_met", "prices", ("other_high > high or", "other_high >= high or"), ("e.order_id = f.order_id", "e.day = f.day")),
    *_of("exposure/breach_certainty", "costs", ("or x.met = 2 then 'averted'", "then 'averted'"), ("when p.sureness = 3 then 'averted'", "when p.sureness = 3 then 'contingent'")),
    *_of("state/unit_daily", "costs", ("case when ok then weight else 0 end", "case when not ok then weight else 0 end")),
]

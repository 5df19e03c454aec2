"""Seeded measures of the twin's rules with their parameters, and which of them each topic of worlds has."""

from __future__ import annotations

from random import Random
from typing import Any


def pick(rng: Random, *values: Any) -> Any:
    """One of the values."""
    return rng.choice(values)


def some(rng: Random, *values: str) -> list[str]:
    """At least one of the values."""
    return sorted(rng.sample(values, rng.randrange(1, len(values) + 1)))


def reply(rng: Random) -> dict[str, Any]:
    unanswered = pick(rng, "fail", "exclude", "impute")
    params = {
        "unit": pick(rng, "round", "message", "conversation", "consumer_day"), "every": pick(rng, "buyer_message", "round_opening", "session_opening"),
        "combine": "first" if unanswered == "impute" else pick(rng, "worst", "mean", "first"), "reply_by": pick(rng, "human", "assisted", "any"),
        "reached_human_only": pick(rng, "true", "false"), "robot_rounds": pick(rng, "count", "exclude"), "offline_messages": pick(rng, "count", "exclude"),
        "same_day": pick(rng, "true", "false", "false"), "within_seconds": pick(rng, "30", "180", "300", "none"), "unanswered": unanswered,
    }  # fmt: skip
    if params["reply_by"] == "human":
        params["clock_start"] = pick(rng, "question", "transfer", "session_start")
    if unanswered == "impute":
        params |= {"cap_seconds": "300", "imputed_seconds": "300"}
    return {"measure": "reply", "params": params, "hours_apply_to": pick(rng, "question", "session_start"), "excludes": some(rng, "cross_midnight", "robot_only", "reported_user"), "mean": rng.random() < 0.4}


def unserved(rng: Random) -> dict[str, Any]:
    return {"measure": "unserved", "params": {"cases": some(rng, "offline_message", "assigned_without_reply"), "reply_by": pick(rng, "human", "any", "assisted"), "cards_open": pick(rng, "true", "false")}}


def phrase(rng: Random) -> dict[str, Any]:
    return {"measure": "phrase", "params": {
        "unit": pick(rng, "message", "conversation"), "lexicons": some(rng, "abuse", "refuse_to_ship"), "role": pick(rng, "agent", "staff", "robot", "buyer"),
        "tiers": some(rng, "forbidden", "sensitive"), "at_least": pick(rng, "1", "2"), "order_context": pick(rng, "none", "unpaid_order", "any_order"),
    }}  # fmt: skip


def contact(rng: Random) -> dict[str, Any]:
    return {"measure": "contact", "hours": "none", "params": {
        "unit": pick(rng, "consumer_day", "conversation"), "night_hours": pick(rng, ["23:00", "08:00"], ["00:00", "08:00"], "none"),
        "unanswered_messages": pick(rng, "0", "1", "2", "none"), "at_least": pick(rng, "1", "2"),
    }}  # fmt: skip


def offline_message(rng: Random) -> dict[str, Any]:
    return {"measure": "offline_message", "params": {}}


def throughput(rng: Random) -> dict[str, Any]:
    return {"measure": "throughput", "hours": "none", "params": {"count": pick(rng, "conversations", "buyers", "questions"), "at_least": pick(rng, "none", "2"), "at_most": pick(rng, "none", "2")}}


def conversion(rng: Random) -> dict[str, Any]:
    return {"measure": "conversion", "hours": "none", "params": {"within_hours": pick(rng, "1", "24")}}


def notice(rng: Random) -> dict[str, Any]:
    return {"measure": "notice", "hours": "none", "params": {"after": pick(rng, "order_created", "order_paid", "unpaid", "out_of_stock", "handover"), "within_seconds": pick(rng, "300", "3600", "86400"), "lexicons": pick(rng, [], ["abuse"])}}


def shipment(rng: Random) -> dict[str, Any]:
    return {"measure": "shipment", "hours": "none", "orders": True, "binds": True, "excludes": some(rng, "cash_on_delivery", "presale", "custom"), "params": {
        "unit": pick(rng, "order", "order", "buyer_day"), "event": pick(rng, "upload", "pickup", "upload_and_pickup", "upload_or_pickup"),
        "clock_start": pick(rng, "paid", "created", "uploaded"), "limit": pick(rng, "fixed", "promised", "promised_else_fixed"), "limit_hours": pick(rng, "24", "48"),
        "grace_hours": pick(rng, "0", "24"),
    }}  # fmt: skip


def out_of_stock(rng: Random) -> dict[str, Any]:
    return {"measure": "out_of_stock", "hours": "none", "orders": True, "binds": True, "excludes": some(rng, "cash_on_delivery", "presale", "custom"), "params": {
        "event": pick(rng, "upload", "pickup", "upload_and_pickup", "upload_or_pickup"), "limit": pick(rng, "fixed", "promised", "promised_else_fixed"),
        "limit_hours": pick(rng, "24", "48"), "after_late_hours": pick(rng, "24", "none"), "after_tracking_fault_days": pick(rng, "1", "2"),
        "cases": some(rng, "late", "tracking_fault", "refusal", "seller_closed_paid"),
    }}  # fmt: skip


def seller_closed_unpaid(rng: Random) -> dict[str, Any]:
    return {"measure": "seller_closed_unpaid", "hours": "none", "params": {}}


def tracking(rng: Random) -> dict[str, Any]:
    return {"measure": "tracking", "hours": "none", "params": {
        **pick(rng, {"from_event": "uploaded", "to_event": "picked_up"}, {"from_event": "picked_up", "to_event": "next_event"}, {"from_event": "uploaded", "to_event": "next_event"},
               {"from_event": "picked_up", "to_event": "delivered"}, {"from_event": "any_event", "to_event": "next_event"}),
        "within_hours": pick(rng, "1", "24", "48"),
    }}  # fmt: skip


def false_shipment(rng: Random) -> dict[str, Any]:
    return {"measure": "false_shipment", "hours": "none", "binds": True, "params": {
        "cases": some(rng, "pickup_before_payment", "no_pickup", "no_update_after_pickup", "waybill_reused"), "pickup_hours": pick(rng, "24", "48"),
        "update_hours": pick(rng, "24", "48"), "reuse_days": pick(rng, "1", "2"),
    }}  # fmt: skip


def fake_trade(rng: Random) -> dict[str, Any]:
    return {"measure": "fake_trade", "hours": "none", "params": {"signs": some(rng, "pickup_before_payment", "waybill_reused", "same_buyer_burst")}}


def refund(rng: Random) -> dict[str, Any]:
    return {"measure": "refund", "hours": "none", "orders": True, "params": {
        "stages": some(rng, "not_shipped", "shipped", "returned"), "kinds": some(rng, "refund_only", "return_refund", "repair"), "within_hours": pick(rng, "1", "24", "48"),
        "clock_start": pick(rng, "requested", "return_shipped", "return_received"), "clock_stop": pick(rng, "handled", "refunded", "agreed", "closed"),
    }}  # fmt: skip


def complaint(rng: Random) -> dict[str, Any]:
    return {"measure": "complaint", "hours": "none", "excludes": pick(rng, [], ["regulator"]), "params": {
        "duty": pick(rng, "accept", "handle", "follow_up_daily", "close", "ship_unshipped", "refund", "feedback"), "concepts": pick(rng, [], ["late_shipment"]),
        "stages": pick(rng, [], ["shipped"]), "within_hours": pick(rng, "none", "1", "24"), "raised_before": pick(rng, "none", "16:00"),
        "same_day_by": pick(rng, "none", "18:00"), "regular_closing": pick(rng, "true", "false"),
    }}  # fmt: skip


def dispute(rng: Random) -> dict[str, Any]:
    return {"measure": "dispute", "hours": "none", "params": {"unit": pick(rng, "order", "aftersale", "consumer"), "event": pick(rng, "platform_involved", "complaint", "upheld_complaint", "regulator_complaint")}}


def online(rng: Random) -> dict[str, Any]:
    return {"measure": "online", "params": {"count": pick(rng, "hours_any_agent", "hours_summed", "always_someone"), "min_hours": pick(rng, "1", "2", "8")}}


def rating(rng: Random) -> dict[str, Any]:
    return {"measure": "rating", "params": {"source": pick(rng, "conversation", "conversation", "review"), "served_by": pick(rng, "human", "any"), "good_from": pick(rng, "3", "4"), "reasons": pick(rng, [], ["rude"])}}


def review_handling(rng: Random) -> dict[str, Any]:
    return {"measure": "review_handling", "hours": "none", "params": {"stars_at_most": pick(rng, "2", "3"), "within_hours": pick(rng, "1", "24", "48")}}


def block(rng: Random) -> dict[str, Any]:
    return {"measure": "block", "hours": "none", "params": {"allowed_reasons": some(rng, "fraud", "spam")}}


def annotation(rng: Random) -> dict[str, Any]:
    return {"measure": "annotation", "hours": "none", "params": {"concept": pick(rng, "abuse", "contempt", "stalling")}}


def phrase_absent(rng: Random) -> dict[str, Any]:
    return {"measure": "phrase_absent", "hours": "none", "params": {"lexicons": some(rng, "abuse", "refuse_to_ship"), "role": pick(rng, "agent", "robot", "staff")}}


def privacy(rng: Random) -> dict[str, Any]:
    return {"measure": "privacy", "hours": "none", "params": {"kinds": some(rng, "mobile", "address", "bank_card"), "other_account_only": pick(rng, "true", "false")}}


def promise(rng: Random) -> dict[str, Any]:
    return {"measure": "promise", "hours": "none", "params": {"about": some(rng, "ship", "refund", "reship", "compensation")}}


def freight(rng: Random) -> dict[str, Any]:
    return {"measure": "freight", "hours": "none", "params": {"lexicons": some(rng, "abuse", "refuse_to_ship"), "needs_free_shipping": pick(rng, "true", "false")}}


def invoice(rng: Random) -> dict[str, Any]:
    return {"measure": "invoice", "hours": "none", "params": {"duty": pick(rng, "no_refusal", "issue_in_time"), "lexicons": ["abuse"], "within_hours": pick(rng, "24", "48")}}


def listing_phrase(rng: Random) -> dict[str, Any]:
    return {"measure": "listing_phrase", "hours": "none", "params": {"lexicons": some(rng, "abuse", "refuse_to_ship"), "tiers": some(rng, "forbidden", "sensitive")}}


def listing_consistency(rng: Random) -> dict[str, Any]:
    return {"measure": "listing_consistency", "hours": "none", "params": {
        "cases": some(rng, "sku_price_gap", "price_far_off", "absurd_postage", "free_shipping_contradicted", "duplicate", "category"), "ratio": pick(rng, "none", "0.5"),
    }}  # fmt: skip


def counted(rng: Random) -> dict[str, Any]:
    return annotation(rng) | {"about": "nth"}


def priced(rng: Random) -> dict[str, Any]:
    return annotation(rng) | {"about": "money"}


CHAT = (reply, reply, reply, unserved, phrase, contact, offline_message, throughput, conversion, notice)
ORDERS = (shipment, shipment, out_of_stock, seller_closed_unpaid, tracking, false_shipment, fake_trade, refund, complaint, dispute)
SHIP = (shipment,) * 5 + (out_of_stock,) * 4
WAYS = (tracking,) * 3 + (dispute,) * 3
CARE = (complaint,) * 5 + (refund,) * 3
DESK = (online, online, rating, review_handling, block, reply, complaint)
COSTS = (annotation, annotation, annotation, shipment, out_of_stock)
SAID = (phrase, phrase, phrase, notice, notice, phrase_absent, privacy, promise, promise, freight, invoice, invoice, listing_phrase, listing_consistency, listing_consistency)
HISTORY = (counted, counted, counted)
PRICES = (priced,) * 6

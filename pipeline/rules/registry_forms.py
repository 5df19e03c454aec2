"""The form of registry entries, documents and manifests, in the language of forms.py."""

REGISTRY_FORMS: dict[str, dict[str, str]] = {
    "concept": {"zh": "!text", "en": "!text", "group": "text", "canonical_unit": "!text", "stricter": "!lower|higher|none"},
    "measure": {
        "zh": "!text", "en": "!text", "facts": "!list:text", "facts_by": "open", "over_rules": "flag", "params": "!map:param",
    },
    "param": {
        "type": "!text|seconds|hours|number|count|bool|time|times|texts|lexicons|concepts|concept|rules|facts|resets",
        "role": "shape|combo", "values": "list:text", "default": "open", "zh": "!text", "en": "!text",
    },
    "fact": {
        "type": "!number|text|bool", "unit": "text", "level": "breach|ledger|store", "column": "text", "possible": "flag",
        "windows": "list:text", "zh": "!text", "en": "!text",
    },
    "platform": {
        "zh": "!text", "en": "!text", "folder": "!text", "home": "!own|never|always", "chat_tool": "words", "exports": "words",
        "export_window_days": "open",
    },
    "sanction": {"zh": "!text", "en": "!text", "weight": "!whole", "stops_sales": "!full|part|none|unknown"},
    "period": {
        "zh": "!text", "en": "!text", "kind": "!text", "years": "!map:span", "codes": "list:text", "source": "words",
        "evidence": "list:text", "note": "words",
    },
    "span": {"first": "!day", "last": "!day", "make_up": "list:day", "note": "words"},
    "count_unit": {"zh": "!text", "en": "!text"},
    "threshold_unit": {"zh": "!text", "en": "!text", "canonical": "!text", "factor": "!number"},
    "cell": {"status": "!rule|searched_none|not_applicable|todo", "note": "words", "evidence": "list:text"},
    "pair": {
        "rules": "!pair:text", "meet_on": "!order|day", "how": "!add|heaviest|replace|override|unknown", "from": "day?",
        "evidence": "list:text", "why": "!words",
    },
    "source": {
        "id": "!text", "title": "!words", "publisher": "!words", "url": "!urls", "published_on": "!day?", "seen_on": "!list:day",
        "kind": "!official|repost|trade_press|vendor|forum|training|console_field|statute", "do_not_link": "flag", "note": "words",
    },
    "manifest": {
        "name": "!words", "codes": "!list:text", "version": "!text", "checked_on": "!day", "points_classes": "!map:spoken",
        "counts": "!form:counts", "appeal": "open", "note": "words",
    },
    "counts": {"statements": "!whole", "rules": "!whole", "cases": "!whole", "added": "whole"},
}  # fmt: skip

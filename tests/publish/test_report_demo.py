"""The report of the demo in a real browser: every number of the first screen is counted again from the marts."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, sync_playwright

from tests.demo_run import Demo

MONTH = "2025-10"


@pytest.fixture(scope="module")
def page(demo: Demo) -> Iterator[Page]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no chromium is installed")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        shown = browser.new_page(viewport={"width": 1360, "height": 900})
        asked: list[str] = []
        shown.on("request", lambda request: asked.append(request.url))
        shown.goto((demo.warehouse / "report.html").resolve().as_uri())
        shown.wait_for_selector("html[data-ready]")
        yield shown
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
        browser.close()


def told(demo: Demo, sql: str, **given: Any) -> list[tuple[Any, ...]]:
    with demo.client() as client:
        return client.execute(sql, given or None).fetchall()


def numbers(where: Locator) -> list[float]:
    """Every number that a reader sees there; digits of names and dates are none."""
    return [
        float(n.replace(",", ""))
        for n in re.findall(r"(?<![\w.-])[\d,]*\d(?:\.\d+)?(?![\w-])", where.inner_text())
    ]


def amounts(low: Any, high: Any) -> list[float]:
    """What is shown of an amount: nothing for unknown, one number when both ends agree or one is open."""
    return sorted({float(end) for end in (low, high) if end is not None})


def months_sum(certainty: str) -> str:
    return f"""
        select sum(money_low_cny), case when not bool_or(money_low_cny is not null and money_high_cny is null)
            then sum(money_high_cny) end, sum(breaches), sum(unpriced_breaches)
        from exposure_matrix
        where home and track = 'in_force' and month = '{MONTH}' and certainty = '{certainty}'"""


@pytest.mark.parametrize("certainty", ["confirmed", "contingent"])
def test_money_cards_and_headline(page: Page, demo: Demo, certainty: str) -> None:
    [(low, high, breaches, unpriced)] = told(demo, months_sum(certainty))
    card = page.locator(f"#card-{certainty}")
    assert numbers(card.locator(".figure")) == pytest.approx(amounts(low, high))
    assert numbers(card.locator(".note")) == [float(n) for n in (breaches, unpriced) if n]
    assert numbers(page.locator("h1 .nowrap").nth(int(certainty == "contingent"))) == pytest.approx(
        amounts(low, high)
    )


def test_points_card(page: Page, demo: Demo) -> None:
    nearest = told(
        demo,
        """
        select headroom, balance, next_node from (
            select * from points_ledger where home and track = 'in_force' and certainty = 'confirmed'
            qualify row_number() over (
                partition by store_id, pack, points_class order by occurred_at desc, entry desc, balance desc
            ) = 1
        ) where headroom is not null order by headroom limit 1""",
    )
    shown = [float(n) for n in re.findall(r"\d+(?:\.\d+)?", page.locator("#card-points").inner_text())]
    assert {float(value) for value in nearest[0]} <= set(shown)
    assert float(page.locator("#card-points").get_attribute("data-headroom") or "nan") == float(nearest[0][0])


def test_closed_days_card(page: Page, demo: Demo) -> None:
    for certainty in ("confirmed", "contingent"):
        [(days,)] = told(
            demo,
            """
            select coalesce(sum(m.sanction_days_high), 0)
            from exposure_matrix as m inner join rules.sanctions as s on m.sanction = s.code
            where m.home and m.track = 'in_force' and m.month = $month and m.certainty = $certainty
                and s.stops_sales = 'full'""",
            month=MONTH, certainty=certainty,
        )  # fmt: skip
        assert float(page.locator("#card-days").get_attribute(f"data-{certainty}") or "nan") == float(days)


def test_where_most_is_lost(page: Page, demo: Demo) -> None:
    expected = told(
        demo,
        """
        select r.title_zh, s.name, sum(e.money_low_cny) as low,
            case when not bool_or(e.money_low_cny is not null and e.money_high_cny is null)
                then sum(e.money_high_cny) end as high, sum(e.breaches) as breaches
        from exposure as e
        inner join facts.stores as s on e.store_id = s.store_id
        inner join (select distinct rule_id, pack, title_zh from rules.rule_versions where track = 'in_force') as r
            on e.rule_id = r.rule_id and e.pack = r.pack
        where e.home and e.pack <> 'law' and e.track = 'in_force' and e.month = $month and e.certainty = 'confirmed'
        group by all
        order by coalesce(high, low, 0) desc, breaches desc limit 6""",
        month=MONTH,
    )
    lines = page.locator("#worst li").all()
    assert len(lines) == len(expected) == 6
    for line, (title, store, low, high, breaches) in zip(lines, expected, strict=True):
        assert line.locator("b").inner_text() == title and store in line.inner_text()
        assert numbers(line.locator(".num")) == pytest.approx([*amounts(low, high), float(breaches)])


def test_what_is_due_next(page: Page, demo: Demo) -> None:
    expected = told(demo, "select due_at from open_deadlines order by due_at, store_id limit 4")
    shown = page.locator("#urgent li .num").all_inner_texts()
    assert shown == [f"{due:%m-%d %H:%M}" for (due,) in expected]


def test_law_stands_apart_from_every_sum(page: Page, demo: Demo) -> None:
    [(count,)] = told(
        demo,
        "select count(distinct rule_id) from exposure where pack = 'law' and home and track = 'in_force' "
        "and month = $month and certainty = 'confirmed'",
        month=MONTH,
    )
    section = page.locator("#behaviours")
    assert "法律另计" in section.inner_text()
    assert section.locator("table").last.locator("tbody tr").count() == count > 0
    assert "法律法规" not in section.locator("table").first.inner_text()


def test_from_the_dearest_insult_to_its_words_and_its_document(page: Page, demo: Demo) -> None:
    [(store, pack, text)] = told(
        demo,
        """
        select b.store_id, b.pack, m.text
        from breaches as b inner join facts.messages_text as m on b.store_id = m.store_id and b.message_id = m.message_id
        where b.home and b.pack <> 'law' and b.concept = 'abuse' and b.certainty = 'confirmed'
            and b.track = 'in_force' and b.money_high_cny > 0 and strftime(b.day, '%Y-%m') = $month
        order by b.money_high_cny desc, b.breach_id limit 1""",
        month=MONTH,
    )
    page.locator(f'[data-cell="{store}|{pack}"]').click()
    drawer = page.locator("#drawer")
    drawer.locator("tr", has_text="辱骂").first.click()
    drawer.locator("tbody tr").first.click()
    assert drawer.locator(".say.this .text").inner_text() == text
    assert drawer.locator(".say.this mark").count() > 0
    assert (
        "您" not in drawer.locator("mark").all_inner_texts()
    )  # courtesy is a lexicon too, but not what this is about
    assert drawer.locator(".cite a").count() > 0 and "怎么算的" in drawer.inner_text()
    page.keyboard.press("Escape")


def test_a_picture_for_every_width_and_light(page: Page, tmp_path: Path) -> None:
    for width, theme in ((1360, "light"), (1360, "dark"), (390, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        assert page.screenshot(path=tmp_path / f"{width}-{theme}.png")
        assert page.evaluate("document.documentElement.scrollWidth") <= width

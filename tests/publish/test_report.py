"""The report in a real browser: numbers equal the mart, the way to the evidence, filters, no network."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from pipeline.publish.release import publish
from pipeline.publish.report import write_report
from tests.publish.sample import frame, sample_warehouse

WAREHOUSES = {"twelve": (12, 40), "hundred": (100, 400)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no chromium is installed")
    with sync_playwright() as play:
        made = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A written report by name, beside its warehouse."""
    made = {}
    for name, (stores, breaches) in WAREHOUSES.items():
        warehouse = sample_warehouse(tmp_path_factory.mktemp(name), stores, breaches)
        made[name] = write_report(warehouse)
    return made


def show(browser: Browser, file: Path, hash_: str = "", width: int = 1360, height: int = 900) -> Page:
    page = browser.new_page(viewport={"width": width, "height": height})
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(file.resolve().as_uri() + hash_)
    page.wait_for_selector("html[data-ready]")
    assert not wrong
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    return page


def matrix(file: Path, month: str | None) -> pl.DataFrame:
    rows = pl.read_parquet(file.parent / "current" / "exposure_matrix.parquet").filter("home")
    return rows if month is None else rows.filter(pl.col("month") == month)


@pytest.mark.parametrize("name", sorted(WAREHOUSES))
def test_first_screen_equals_the_mart(browser: Browser, reports: dict[str, Path], name: str) -> None:
    page = show(browser, reports[name])
    for certainty in ("confirmed", "contingent"):
        mart = matrix(reports[name], "2025-11").filter(pl.col("certainty") == certainty)
        card = page.locator(f"#card-{certainty}")
        low, high = float(mart["money_low_cny"].sum()), float(mart["money_high_cny"].sum())
        assert float(card.get_attribute("data-low") or "") == pytest.approx(low)
        assert float(card.get_attribute("data-high") or "") == pytest.approx(high)
        assert card.get_attribute("data-breaches") == str(mart["breaches"].sum())
        shown = [
            float(n.replace(",", ""))
            for n in re.findall(r"[\d,]+(?:\.\d+)?", card.locator(".figure").inner_text())
        ]
        assert shown == pytest.approx([low] if low == high else [low, high])
        full = mart.filter(pl.col("sanction").is_in(["suspension", "shop_closed"]))
        days = page.locator("#card-days").get_attribute(f"data-{certainty}")
        assert float(days or "") == float(full["sanction_days_high"].sum())
    ledger = pl.read_parquet(reports[name].parent / "current" / "points_ledger.parquet")
    newest = ledger.filter("home", pl.col("certainty") == "confirmed").sort("occurred_at", "balance")
    nearest = newest.group_by("store_id", "pack", "points_class").last()["headroom"].min()
    assert float(page.locator("#card-points").get_attribute("data-headroom") or "") == float(nearest)  # type: ignore[arg-type]


def test_heat_map_equals_the_mart_for_every_month(browser: Browser, reports: dict[str, Path]) -> None:
    page = show(browser, reports["twelve"], "#month=&certainty=contingent")
    mart = pl.read_parquet(reports["twelve"].parent / "current" / "exposure_matrix.parquet")
    sums = (
        mart.filter(pl.col("certainty") == "contingent")
        .group_by("store_id", "pack")
        .agg(pl.col("money_high_cny").sum())
    )
    expected = {f"{store}|{pack}": float(high) for store, pack, high in sums.iter_rows()}
    cells = page.locator("#matrix [data-cell]").evaluate_all(
        "all => all.map(c => [c.dataset.cell, c.dataset.value])"
    )
    assert {cell: float(value) for cell, value in cells if value} == pytest.approx(expected)


def test_from_a_number_to_the_talk_and_the_citation(browser: Browser, reports: dict[str, Path]) -> None:
    page = show(browser, reports["twelve"], "#month=&certainty=contingent")
    page.locator('[data-cell="douyin/douyin-1|douyin"]').click()
    page.locator("#drawer tr", has_text="站外交易").first.click()
    page.locator("#drawer tbody tr").first.click()
    drawer = page.locator("#drawer")
    assert drawer.locator("mark").inner_text() == "加微信"
    assert drawer.locator(".say.this").count() == 1
    text = drawer.inner_text()
    for needed in (
        "怎么算的",
        "每单按实付 5% 赔付",
        "¥128",
        "出处",
        "应在 48 小时内完成",
        "平台规则汇编",
        "example.org",
    ):
        assert needed in text, needed
    assert "object HTML" not in text
    address = page.url
    page.keyboard.press("Escape")
    assert drawer.is_hidden()
    again = show(browser, reports["twelve"], "#" + address.split("#")[1])
    assert again.locator("#drawer mark").inner_text() == "加微信"
    again.go_back()


def test_filters_language_and_theme_live_in_the_address(browser: Browser, reports: dict[str, Path]) -> None:
    page = show(browser, reports["twelve"])
    page.select_option("#store", "jd/jd-1")
    page.select_option("#month", "2025-10")
    assert "store=jd%2Fjd-1" in page.url and "month=2025-10" in page.url
    assert page.locator("#matrix tbody tr").count() == 1
    mart = matrix(reports["twelve"], "2025-10").filter(store_id="jd/jd-1", certainty="confirmed")
    high = page.locator("#card-confirmed").get_attribute("data-high")
    assert float(high or "") == pytest.approx(float(mart["money_high_cny"].sum()))
    page.click("#lang")
    page.click("#theme")
    assert page.locator("h1").inner_text().startswith("2025-10")
    assert not re.search(r"已确认|违规", page.locator("main").inner_text().replace("停业整顿", ""))
    same = show(browser, reports["twelve"], "#" + page.url.split("#")[1])
    assert same.locator("html").get_attribute("data-theme") == "dark"
    assert same.locator("html").get_attribute("lang") == "en"
    page.go_back()
    page.go_back()
    assert page.locator("#store").input_value() == ""


@pytest.mark.parametrize("name", sorted(WAREHOUSES))
def test_phone_width_has_no_sideways_scroll(browser: Browser, reports: dict[str, Path], name: str) -> None:
    page = show(browser, reports[name], width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_as_of_slider_shows_the_rules_of_the_day(browser: Browser, reports: dict[str, Path]) -> None:
    page = show(browser, reports["twelve"])
    assert "≤ 72 小时" not in page.locator("#rules").inner_text()
    page.locator("#rules input[type=range]").fill("0")
    assert page.locator("#asof").inner_text() == "2019-01-10"
    assert "≤ 72 小时" in page.locator("#rules").inner_text()
    assert "asof=2019-01-10" in page.url


def test_tables_sort_filter_and_copy(browser: Browser, reports: dict[str, Path]) -> None:
    page = show(browser, reports["twelve"])
    section = page.locator("#agents")
    section.locator("th button", has_text="会话").click()
    first = [int(n.replace(",", "")) for n in section.locator("tbody tr td:nth-child(3)").all_inner_texts()]
    assert first == sorted(first, reverse=True)
    section.locator("input[type=search]").fill("京东示例店1")
    assert set(section.locator("tbody tr td:nth-child(2)").all_inner_texts()) == {"京东示例店1"}
    page.evaluate(
        "navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve() }"
    )
    section.locator("button", has_text="复制到 Excel").click()
    copied = page.evaluate("window.copied").split("\n")
    assert copied[0].split("\t")[:2] == ["客服", "店铺"] and len(copied) == 5


def test_opens_fast_and_small_for_a_hundred_stores(browser: Browser, reports: dict[str, Path]) -> None:
    assert reports["hundred"].stat().st_size < 6_000_000
    page = browser.new_page(viewport={"width": 1360, "height": 900})
    # the page's own time on the processor: the clock on the wall also counts whatever else the machine does
    meter = page.context.new_cdp_session(page)
    meter.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(reports["hundred"].resolve().as_uri())
    page.wait_for_selector("html[data-ready]")
    metrics = {metric["name"]: metric["value"] for metric in meter.send("Performance.getMetrics")["metrics"]}
    assert metrics["TaskDuration"] < 2, metrics


def test_empty_release_says_why_everywhere(browser: Browser, tmp_path: Path) -> None:
    publish({"runs": frame("runs", [])}, tmp_path, "r1", keep=1)
    page = show(browser, write_report(tmp_path))
    text = page.locator("main").inner_text()
    for needed in ("没有违规", "没有积分入账", "没有未到期的事项", "没有符合的规则", "没有客服账号"):
        assert needed in text, needed
    assert "undefined" not in text and "NaN" not in text


def test_words_of_an_export_never_become_markup(browser: Browser, tmp_path: Path) -> None:
    evil = '<img src=x onerror="document.title=1"></script><script>alert(1)</script>'
    warehouse = sample_warehouse(tmp_path, stores=1)
    rows = pl.read_parquet(warehouse / "current" / "breaches.parquet").with_columns(
        agent_id=pl.lit(evil), reason_zh=pl.lit(evil), matched_term=pl.lit(evil), run_id=pl.lit("r2")
    )
    exposure = pl.read_parquet(warehouse / "current" / "exposure.parquet")
    publish({"breaches": rows, "exposure": exposure}, warehouse, "r2", keep=2)
    breach = rows.filter("home")["breach_id"][0].replace("/", "%2F")
    page = show(browser, write_report(warehouse), f"#open=breach%7C{breach}")
    assert evil in page.locator("#drawer").inner_text()
    assert page.locator("#drawer img").count() == 0 and page.locator("main img").count() == 0

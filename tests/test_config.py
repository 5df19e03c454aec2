"""guize.toml: defaults without a file, values with one, every kind of mistake named."""

from __future__ import annotations

import runpy
from datetime import date
from pathlib import Path

import pytest

import pipeline.config
from pipeline.config import PLATFORMS, ConfigInvalid, load_config
from pipeline.paths import packs_dir

WHOLE = """
[warehouse]
path = "data/warehouse"
[privacy]
key_file = "/etc/guize/key"
[publish]
keep = 3
[text.allow]
"jd/jd-1" = ["第一食品"]
[[alerts.webhooks]]
kind = "feishu"
url = "env:FEISHU_URL"
secret = "s"
[[stores]]
id = "jd/jd-1"
name = "旗舰店"
group = "华东"
opened_on = 2023-05-01
seller_type = "professional"
shop_type = "flagship"
category = "食品"
[[stores]]
id = "tmall/t-1"
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "guize.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_defaults_without_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = load_config(None)
    assert (config.stores, config.warehouse, config.keep_releases, config.webhooks) == (
        (),
        Path("warehouse"),
        5,
        (),
    )
    assert config.key_file.is_absolute()


def test_file_in_the_current_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "[publish]\nkeep = 9\n")
    monkeypatch.chdir(tmp_path)
    assert load_config(None).keep_releases == 9


def test_every_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEISHU_URL", "https://example.invalid/hook")
    config = load_config(write(tmp_path, WHOLE))
    assert config.warehouse == tmp_path / "data/warehouse"
    assert config.key_file == Path("/etc/guize/key")
    assert config.keep_releases == 3
    assert config.allowed_words == {"jd/jd-1": ("第一食品",)}
    assert config.webhooks[0].url == "https://example.invalid/hook"
    first, second = config.stores
    assert (first.store_id, first.opened_on, first.group) == ("jd/jd-1", date(2023, 5, 1), "华东")
    assert second.name is None


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("[publsh]\nkeep = 1", "config-unknown-key", "publish"),
        ("[[stores]]\nid = 'jd/a'\nopend_on = 2023-01-01", "config-unknown-key", "opened_on"),
        ("[publish]\nkeep = '3'", "config-type", "whole number"),
        ("[publish]\nkeep = true", "config-type", "whole number"),
        ("[publish]\nkeep = 0", "config-value", "at least 1"),
        ("[[stores]]\nid = 'jd/a'\nopened_on = '2023-01-01'", "config-type", "date"),
        ("[[stores]]\nid = 'jdd/a'", "config-store-id", "jd/"),
        ("[[stores]]\nid = 'jd'", "config-store-id", "store folder"),
        ("[[stores]]\nname = 'x'", "config-missing-key", "missing"),
        ("[[stores]]\nid = 'jd/a'\n[[stores]]\nid = 'jd/a'", "config-store-twice", "twice"),
        ("stores = [1]", "config-type", "tables"),
        ("[text.allow]\n'jd/a' = [1]", "config-type", "text"),
        ("[[alerts.webhooks]]\nkind = 'slack'\nurl = 'x'", "config-value", "dingtalk"),
        ("[[alerts.webhooks]]\nkind = 'wecom'\nurl = 'env:GUIZE_NOT_SET'", "config-env", "GUIZE_NOT_SET"),
        ("[warehouse]\npath = 'w'\n[privacy]\nkey_file = 'w/key'", "config-key-place", "inside"),
        ("[publish\n", "config-syntax", "TOML"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, code: str, says: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        load_config(write(tmp_path, text))
    found = next(problem for problem in caught.value.problems if problem.code == code)
    assert says in found.en + found.mend_en
    assert "guize.toml" in found.where


def test_all_problems_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        load_config(write(tmp_path, "[publish]\nkeep = 0\nkep = 1\n[[stores]]\nid = 'x'\n"))
    assert len(caught.value.problems) == 3


def test_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid):
        load_config(tmp_path / "other.toml")


def test_a_seventh_platform_is_registered_not_coded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registered = (packs_dir() / "registry" / "platforms.yaml").read_text(encoding="utf-8")
    (tmp_path / "registry").mkdir()
    seventh = "weidian:\n  zh: 微店\n  en: Weidian\n  folder: weidian\n  home: own\n  exports: {zh: 导出, en: exports}\n"
    (tmp_path / "registry" / "platforms.yaml").write_text(registered + seventh, encoding="utf-8")
    monkeypatch.setattr("pipeline.paths.packs_dir", lambda: tmp_path)
    told = runpy.run_path(str(Path(pipeline.config.__file__)))["PLATFORMS"]
    assert told == (*PLATFORMS, "weidian")
    assert not {"law", "baseline"} & set(told)

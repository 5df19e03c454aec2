"""Read guize.toml: what a merchant says about the stores, and where things are kept.

Everything is optional; without a file every command still works. Keys are strict: an unknown one is an
error that names the nearest known key.

    [warehouse]
    path = "./warehouse"
    [privacy]
    key_file = "~/.config/guize/key"     # outside the warehouse
    [publish]
    keep = 5                              # releases kept
    [text.allow]                          # words a store may use, taken out of lexicon matches
    "jd/jd-1" = ["第一食品"]
    [[alerts.webhooks]]
    kind = "dingtalk"                     # dingtalk | feishu | wecom
    url = "env:GUIZE_DINGTALK_URL"        # env:NAME reads an environment variable
    secret = "env:GUIZE_DINGTALK_SECRET"
    [[stores]]
    id = "jd/jd-1"
    name = "某某旗舰店"
    opened_on = 2023-05-01
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

import yaml

from pipeline.paths import packs_dir
from pipeline.problems import GuizeError, Problem

FILE_NAME = "guize.toml"
_REGISTERED: dict[str, dict[str, object]] = yaml.safe_load(
    (packs_dir() / "registry" / "platforms.yaml").read_text(encoding="utf-8")
)
PLATFORMS = tuple(code for code, entry in _REGISTERED.items() if entry["home"] == "own")  # those with stores
WebhookKind = Literal["dingtalk", "feishu", "wecom"]
WEBHOOK_KINDS: tuple[WebhookKind, ...] = ("dingtalk", "feishu", "wecom")
T = TypeVar("T")
_KINDS = {
    str: ("文字", "text"),
    int: ("整数", "whole number"),
    date: ("日期（如 2023-05-01，不加引号）", "date (such as 2023-05-01, unquoted)"),
    list: ("列表", "list"),
    dict: ("表", "table"),
}


class ConfigInvalid(GuizeError):
    """guize.toml cannot be used; carries every problem found."""


@dataclass(frozen=True)
class Store:
    """What no export tells about a store; None is unknown."""

    store_id: str
    name: str | None = None
    group: str | None = None
    opened_on: date | None = None
    seller_type: str | None = None
    shop_type: str | None = None
    category: str | None = None


@dataclass(frozen=True)
class Webhook:
    """A chat robot that gets the digest of a run."""

    kind: WebhookKind
    url: str
    secret: str | None = None


@dataclass(frozen=True)
class Config:
    """guize.toml with every default filled in."""

    source: Path | None = None
    stores: tuple[Store, ...] = ()
    warehouse: Path = Path("warehouse")
    key_file: Path = Path("~/.config/guize/key")
    allowed_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keep_releases: int = 5
    webhooks: tuple[Webhook, ...] = ()


def load_config(path: Path | None = None) -> Config:
    """Read `path`, else ./guize.toml if there is one, else the defaults.

    Relative paths in the file are taken from the file's own folder; `~` is the home folder.

    Raises:
        ConfigInvalid: with every unknown key, wrong type and bad value found.
    """
    file = path or Path(FILE_NAME)
    if not file.exists():
        if path is None:
            return Config(key_file=Config.key_file.expanduser())
        raise ConfigInvalid(
            Problem(
                "config-missing",
                str(file),
                "没有这个配置文件",
                "there is no such file",
                "检查路径，或去掉该参数",
                "check the path, or leave the option out",
            )
        )
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigInvalid(
            Problem(
                "config-syntax",
                str(file),
                f"不是合法的 TOML：{error}",
                f"not valid TOML: {error}",
                "用 UTF-8 保存，按报错行列修改",
                "save as UTF-8 and mend the line named",
            )
        ) from None
    return _Reader(file).config(data)


class _Reader:
    """Collects the problems of one file, so that all of them are shown at once."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def config(self, data: dict[str, Any]) -> Config:
        self.known(data, "", ("stores", "warehouse", "privacy", "text", "publish", "alerts"))
        warehouse = self.section(data, "warehouse", ("path",))
        privacy = self.section(data, "privacy", ("key_file",))
        publish = self.section(data, "publish", ("keep",))
        text = self.section(data, "text", ("allow",))
        alerts = self.section(data, "alerts", ("webhooks",))
        stores = tuple(self.store(row, f"stores[{no}]") for no, row in self.rows(data, "stores", "stores"))
        config = Config(
            source=self.file,
            stores=stores,
            warehouse=self.path(self.value(warehouse, "path", str, "warehouse") or str(Config.warehouse)),
            key_file=self.path(self.value(privacy, "key_file", str, "privacy") or str(Config.key_file)),
            allowed_words=self.words(self.value(text, "allow", dict, "text") or {}),
            keep_releases=self.keep(publish),
            webhooks=tuple(
                self.webhook(row, f"alerts.webhooks[{no}]")
                for no, row in self.rows(alerts, "webhooks", "alerts.webhooks")
            ),
        )
        self.refuse_twice(store.store_id for store in stores)
        if config.key_file.resolve().is_relative_to(config.warehouse.resolve()):
            self.problem(
                "config-key-place",
                "privacy.key_file",
                "密钥放在仓库文件夹里",
                "the key lies inside the warehouse",
                "移到仓库之外，以免与数据一起外流",
                "move it elsewhere, so that it does not leave with the data",
            )
        if self.problems:
            raise ConfigInvalid(*self.problems)
        return config

    def store(self, row: dict[str, Any], where: str) -> Store:
        texts = ("name", "group", "seller_type", "shop_type", "category")
        self.known(row, where, ("id", "opened_on", *texts))
        store_id = self.required(row, "id", where)
        platform, _, folder = store_id.partition("/")
        if store_id and (platform not in PLATFORMS or not folder):
            near = get_close_matches(platform, PLATFORMS, 1)
            hint_zh, hint_en = (
                (f"，是否想写 {near[0]}/…？", f"; did you mean {near[0]}/…?") if near else ("", "")
            )
            self.problem(
                "config-store-id",
                f"{where}.id",
                f"店铺编号 {store_id!r} 不是 平台/店铺文件夹{hint_zh}",
                f"store id {store_id!r} is not platform/store folder{hint_en}",
                f"平台取 {'、'.join(PLATFORMS)}",
                f"platform is one of {', '.join(PLATFORMS)}",
            )
        opened_on = self.value(row, "opened_on", date, where)
        values = {key: self.value(row, key, str, where) for key in texts}
        return Store(store_id=store_id, opened_on=opened_on, **values)

    def webhook(self, row: dict[str, Any], where: str) -> Webhook:
        self.known(row, where, ("kind", "url", "secret"))
        kind = self.required(row, "kind", where)
        if kind and kind not in WEBHOOK_KINDS:
            self.problem(
                "config-value",
                f"{where}.kind",
                f"不认识 {kind!r}",
                f"{kind!r} is not known",
                f"取 {'、'.join(WEBHOOK_KINDS)} 之一",
                f"one of {', '.join(WEBHOOK_KINDS)}",
            )
        url = self.from_environment(self.required(row, "url", where), f"{where}.url")
        secret = self.value(row, "secret", str, where)
        if secret is not None:
            secret = self.from_environment(secret, f"{where}.secret")
        return Webhook(cast(WebhookKind, kind), url, secret)

    def from_environment(self, value: str, where: str) -> str:
        name = value.removeprefix("env:")
        if name == value:
            return value
        if name not in os.environ:
            self.problem(
                "config-env",
                where,
                f"环境变量 {name} 未设置",
                f"environment variable {name} is not set",
                f"设置 {name} 后再运行",
                f"set {name} and run again",
            )
        return os.environ.get(name, "")

    def words(self, table: dict[str, Any]) -> dict[str, tuple[str, ...]]:
        words: dict[str, tuple[str, ...]] = {}
        for store_id in table:
            listed = self.value(table, store_id, list, "text.allow") or []
            if not all(isinstance(word, str) and word for word in listed):
                self.problem(
                    "config-type",
                    f"text.allow.{store_id}",
                    "每一项应为非空文字",
                    "each entry must be a text",
                    '写成 ["词一", "词二"]',
                    'write ["word", "word"]',
                )
                continue
            words[store_id] = tuple(listed)
        return words

    def keep(self, publish: dict[str, Any]) -> int:
        keep = self.value(publish, "keep", int, "publish")
        if keep is None:
            return Config.keep_releases
        if keep < 1:
            self.problem(
                "config-value",
                "publish.keep",
                f"{keep} 不行，至少保留 1 个版本",
                f"{keep}: at least 1 release is kept",
                "写 1 或更大的整数",
                "write 1 or more",
            )
        return keep

    def rows(self, data: dict[str, Any], key: str, where: str) -> list[tuple[int, dict[str, Any]]]:
        listed = self.value(data, key, list, where.rpartition(".")[0]) or []
        if not all(isinstance(row, dict) for row in listed):
            self.problem(
                "config-type",
                where,
                "应为若干张表",
                "must be a list of tables",
                f"每项以 [[{where}]] 开头",
                f"begin each with [[{where}]]",
            )
            return []
        return list(enumerate(listed, 1))

    def section(self, data: dict[str, Any], key: str, known: tuple[str, ...]) -> dict[str, Any]:
        table = self.value(data, key, dict, "") or {}
        self.known(table, key, known)
        return table

    def known(self, table: dict[str, Any], where: str, known: tuple[str, ...]) -> None:
        for key in table:
            if key in known:
                continue
            near = get_close_matches(key, known, 1, 0.5)
            hint_zh, hint_en = (f"，是否想写 {near[0]}？", f"; did you mean {near[0]}?") if near else ("", "")
            self.problem(
                "config-unknown-key",
                f"{where}.{key}".lstrip("."),
                f"没有这个键{hint_zh}",
                f"no such key{hint_en}",
                f"可用：{'、'.join(known)}",
                f"known keys: {', '.join(known)}",
            )

    def value(self, table: dict[str, Any], key: str, kind: type[T], where: str) -> T | None:
        value = table.get(key)
        # bool is an int and datetime a date to Python, but not to the reader of the file
        if value is None or type(value) is kind:
            return value
        zh, en = _KINDS[kind]
        self.problem(
            "config-type",
            f"{where}.{key}".lstrip("."),
            f"{value!r} 应为{zh}",
            f"{value!r} must be a {en}",
            f"改成{zh}",
            f"write a {en}",
        )
        return None

    def required(self, table: dict[str, Any], key: str, where: str) -> str:
        value = self.value(table, key, str, where)
        if not value and key not in table:
            self.problem(
                "config-missing-key",
                f"{where}.{key}",
                "缺少此键",
                "the key is missing",
                f'补上 {key} = "…"',
                f'add {key} = "…"',
            )
        return value or ""

    def refuse_twice(self, store_ids: Iterable[str]) -> None:
        seen: set[str] = set()
        for store_id in store_ids:
            if store_id and store_id in seen:
                self.problem(
                    "config-store-twice",
                    "stores",
                    f"店铺 {store_id} 写了两次",
                    f"store {store_id} is listed twice",
                    "删去其一",
                    "delete one of them",
                )
            seen.add(store_id)

    def path(self, text: str) -> Path:
        path = Path(text).expanduser()
        return path if path.is_absolute() else self.file.parent / path

    def problem(self, code: str, where: str, zh: str, en: str, mend_zh: str, mend_en: str) -> None:
        self.problems.append(Problem(code, f"{self.file}: {where}", zh, en, mend_zh, mend_en))

"""Every kind of thing that can be wrong in a pack: what it is and how to mend it, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.problems import Problem


@dataclass(frozen=True)
class Kind:
    """One kind of finding; the texts have {places} for what was met."""

    zh: str
    en: str
    mend_zh: str
    mend_en: str


Report = Callable[[Problem], None]

KINDS: dict[str, Kind] = {
    # the file
    "path_outside": Kind("文件指到规则包文件夹之外", "the file leads outside the packs folder",
        "把文件本身放进规则包，不用链接", "put the file itself into the pack, not a link"),
    "not_a_file": Kind("缺文件，或不是普通文件", "the file is missing or no plain file",
        "补上该文件", "add the file"),
    "file_too_large": Kind("文件有 {size} MB，上限 {limit} MB", "the file has {size} MB, the limit is {limit} MB",
        "按主题拆成几个文件", "split it into several files by topic"),
    "not_utf8": Kind("第 {byte} 字节起不是 UTF-8", "byte {byte} is not UTF-8",
        "另存为 UTF-8", "save the file as UTF-8"),
    "yaml_syntax": Kind("不是合法的 YAML：{what}", "this is not YAML: {what}",
        "检查缩进、冒号后的空格和引号", "look at indents, the space after colons, and quotes"),
    "too_deep": Kind("嵌套超过 {limit} 层", "nested deeper than {limit}",
        "规则用不到这么深，检查缩进和括号", "no rule needs this; look at indents and brackets"),
    "alias": Kind("用了锚点或别名 {what}", "the anchor or alias {what} is used",
        "规则包不用别名：沿用上一版写 like: previous", "packs use none: inherit with like: previous"),
    "tag": Kind("用了标签 {what}", "the tag {what} is used",
        "删去标签，值一律写成文字", "remove the tag; values are text"),
    "several_documents": Kind("一个文件里有几份文档（---）", "several documents (---) in one file",
        "拆成几个文件", "split them into files"),
    "key_not_text": Kind("键必须是文字", "a key must be text", "用一个词作键", "use a word as the key"),
    "duplicate_key": Kind("键 {key} 重复，第 {line} 行已有", "key {key} stands already in line {line}",
        "删去其中一个", "remove one of them"),
    "unquoted_date": Kind("日期或时刻 {text} 没加引号（YAML 会把 22:59 读成 1379）",
        "the date or time {text} is not quoted (YAML reads 22:59 as 1379)", "写成 '{text}'", "write '{text}'"),
    "unquoted_number": Kind("数字 {text} 没加引号", "the number {text} is not quoted",
        "写成 '{text}'", "write '{text}'"),
    "unquoted_word": Kind("{text} 没加引号，YAML 会读成真假值", "{text} is not quoted; YAML reads it as true or false",
        "写成 '{text}'，真假值写 true 或 false", "write '{text}', or true or false"),
    "null_value": Kind("值为空；空既不是不详也不是没有", "an empty value is neither unknown nor none",
        "来源没说写 unknown，来源说没有写 none", "write unknown if no source says, none if the source says there is none"),
    # the form
    "unknown_key": Kind("不认识的键 {key}", "unknown key {key}",
        "可用的键：{known}", "known keys: {known}"),
    "missing_key": Kind("缺少 {key}", "{key} is missing", "补上 {key}：{what}", "add {key}: {what}"),
    "wrong_form": Kind("{value} 不是{want_zh}", "{value} is not {want_en}",
        "改成{want_zh}", "make it {want_en}"),
    "missing_translation": Kind("缺少 {lang} 译文", "the {lang} wording is missing",
        "zh 和 en 都要写", "write both zh and en"),
    "bad_date": Kind("{value} 不是日期", "{value} is not a date",
        "写成 '2025-06-01' 这样的日期，或 unknown", "write a date such as '2025-06-01', or unknown"),
    "bad_number": Kind("{value} 不是可用的数", "{value} is not a number that can be used",
        "写成加引号的十进制数、unknown、none，或 {{low, high}}（low 不大于 high）",
        "write a quoted decimal, unknown, none, or {{low, high}} with low not above high"),
    "bad_hours": Kind("{value} 不是时段", "{value} is not a span of hours",
        "写成 ['08:00', '23:00']，含首不含尾，末刻可到 '24:00'", "write ['08:00', '23:00'], half-open, up to '24:00'"),
    "not_one_of": Kind("{value} 不在可选值内", "{value} is none of the values allowed",
        "可选：{allowed}", "choose from: {allowed}"),
    # names
    "unresolved": Kind("{what} {name} 没有登记", "{what} {name} is not registered",
        "改正拼写，或先登记在 {registry}", "mend the spelling, or register it first in {registry}"),
    "bad_id": Kind("规则编号 {name} 不合规", "rule id {name} is not well formed",
        "写成 代码.名称，小写字母、数字和下划线，代码是所在文件夹的判罚代码",
        "write code.name in lower case, digits and underscores; the code is one the folder serves"),
    "duplicate_id": Kind("{what} {name} 重复，{first} 已有", "{what} {name} stands already at {first}",
        "编号各用一次", "use each id once"),
    "wrong_folder": Kind("{name} 不由文件夹 {folder} 负责", "{name} is not served by folder {folder}",
        "移到 {name} 的文件夹，或改 applies_to", "move it to the folder of {name}, or mend applies_to"),
    # dates and chains
    "like_first": Kind("链上第一版不能写 like: previous", "the first version of a chain cannot be like: previous",
        "写全各字段", "state every field"),
    "chain_out_of_order": Kind("起效 {start} 不晚于上一版的 {before}", "start {start} is not after the one before ({before})",
        "按时间先后排列各版本", "put the versions in order of time"),
    "undated_in_chain": Kind("既无起效日又无所见日期的版本不能与别的版本同链", "a version without from and seen may only stand alone",
        "补 from 或 seen，或并入有日期的版本", "add from or seen, or merge it into a dated version"),
    "seen_before_from": Kind("所见日期 {seen} 早于起效日 {start}", "seen on {seen}, before it started ({start})",
        "改正 from 或 seen", "mend from or seen"),
    "ends_before_start": Kind("止日 {end} 不晚于起日 {start}", "ends on {end}, not after its start {start}",
        "改正 to", "mend to"),
    "date_not_in_evidence": Kind("{key} 的 {day} 在所引证据里找不到", "{day} of {key} is in none of the statements cited",
        "引用说出该日期的证据，或列入 assumed", "cite the statement that has the date, or list the field under assumed"),
    "seen_missing": Kind("所引证据见于 {day}，seen 里没有更早或相同的日期", "a statement cited was seen on {day}; seen has no date as early",
        "把证据的所见日期写进 seen", "put the statement's date into seen"),
    # measures and conditions
    "unknown_param": Kind("量法 {measure} 没有参数 {key}", "measure {measure} has no parameter {key}",
        "可用的参数：{known}", "known parameters: {known}"),
    "missing_param": Kind("量法 {measure} 需要参数 {key}", "measure {measure} needs parameter {key}",
        "写上它；来源没说就写 unknown 或列入 assumed", "state it; if no source says, write unknown or list it under assumed"),
    "wrong_fact": Kind("事实 {fact} 不能用在 {owner}", "fact {fact} cannot stand in {owner}",
        "可用的事实：{known}", "facts that can: {known}"),
    "wrong_op": Kind("{fact} 不能用比较 {op}", "{fact} cannot be compared by {op}",
        "数用 lt、le、gt、ge、eq、every，文字用 in、eq，真假用 eq", "numbers take lt, le, gt, ge, eq, every; text in, eq; true and false eq"),
    "needs_window": Kind("第几次（nth）没说在什么期间", "nth does not say within which window",
        "加 in_window：{known}", "add in_window: {known}"),
    "bands_overlap": Kind("第 {first} 档已包住第 {second} 档，后者永远轮不到", "band {first} holds all of band {second}, which is never reached",
        "先写更重的档，或删去一档", "put the heavier band first, or remove one"),
    "penalty_unreachable": Kind("第 {first} 条处罚已包住第 {second} 条，取先中者时后者轮不到", "penalty {first} holds all of penalty {second}, never reached when the first met counts",
        "先写条件更窄的，或改 pick", "put the narrower one first, or change pick"),
    "severity_unknown": Kind("处罚说的情节 {severity} 没有任何档位给出", "no band gives the severity {severity} that the penalty speaks of",
        "改正拼写，或在 judge.bands 里给出", "mend the spelling, or give it in judge.bands"),
    "window_missing": Kind("按 {by} 判定须有考核周期", "judging by {by} needs a window",
        "加 judge.window，来源没说写 unknown", "add judge.window, unknown if no source says"),
    "not_judged": Kind("{field} 判不了：{why_zh}", "{field} is not judged: {why_en}",
        "换一种写法；要判它，先给引擎补上", "write it another way; to have it judged, the engine comes first"),
    "recurrence_loop": Kind("规则互相计数成环：{loop}", "rules count each other in a loop: {loop}",
        "去掉其中一环", "break the loop"),
    # evidence
    "unsupported_field": Kind("{field} 既无证据支撑，也未列入 assumed", "{field} is neither supported by evidence nor assumed",
        "在 evidence 的 supports 里写上它，或列入 assumed 并说明理由", "name it in the supports of a statement, or list it under assumed with the reason"),
    "supports_nothing": Kind("证据 {evidence} 说支撑 {field}，这一版没有该字段", "{evidence} is said to support {field}, which this version does not have",
        "改正 supports", "mend supports"),
    "assumed_nothing": Kind("assumed 里的 {field} 不是这一版的字段", "{field} under assumed is no field of this version",
        "改正 field", "mend field"),
    "evidence_of_other_platform": Kind("证据 {evidence} 说的是 {speaks}，规则适用于 {applies}", "{evidence} speaks of {speaks}, the rule applies to {applies}",
        "改引该平台的证据，或列入 assumed", "cite a statement about that platform, or list the field under assumed"),
    "csv_columns": Kind("表头应为 {want}", "the heading must be {want}",
        "改正表头", "mend the heading"),
    "csv_row": Kind("这一行有 {cells} 格，表头有 {columns} 格", "the row has {cells} cells, the heading {columns}",
        "检查引号和逗号", "look at quotes and commas"),
    "missing_cell": Kind("{key} 为空", "{key} is empty", "补上 {key}", "fill in {key}"),
    "statement_unused": Kind("证据 {evidence} 的 use 是 rule，但没有任何版本、日历、组合或词库引用", "{evidence} says use: rule, but no version, calendar, combination or lexicon cites it",
        "引用它，或把 use 改成不用的原因并写 note", "cite it, or turn use into the reason why not, with a note"),
    "statement_excused_but_used": Kind("证据 {evidence} 的 use 是 {use}，却被 {user} 引用", "{evidence} says use: {use}, but {user} cites it",
        "把 use 改成 rule，或去掉引用", "turn use into rule, or drop the citation"),
    "excuse_without_note": Kind("证据 {evidence} 不用却没说明", "{evidence} is not used and no note says why",
        "写 note_zh 和 note_en", "write note_zh and note_en"),
    "count_differs": Kind("pack.yaml 说有 {said} 个{what}，实有 {found}", "pack.yaml says {said} {what}, there are {found}",
        "补回少了的，或改 pack.yaml 的 counts", "put back what is missing, or mend counts in pack.yaml"),
    # completeness
    "second_exact_rule": Kind("{pack} 的 {concept} 在 {start} 已有 exact 规则 {other}", "{pack} has the exact rule {other} for {concept} already on {start}",
        "其中一条改为 narrower、broader 或 related", "make one of them narrower, broader or related"),
    "rule_without_case": Kind("规则没有任何演算案例", "the rule has no worked case",
        "在 cases.yaml 里加：一例违规、一例合规、边界各一例", "add to cases.yaml: a breach, a pass, the boundary"),
    "bad_case": Kind("案例的 {key} 不合规：{what}", "{key} of the case is not usable: {what}",
        "照 docs/zh/add-a-rule.md 的案例格式改", "mend it after the case format of docs/en/add-a-rule.md"),
    "coverage_cell_missing": Kind("coverage.yaml 缺 {pack} × {concept}", "coverage.yaml has no cell for {pack} × {concept}",
        "加一格：rule、searched_none、not_applicable 或 todo", "add a cell: rule, searched_none, not_applicable or todo"),
    "coverage_cell_wrong": Kind("coverage.yaml 说 {pack} × {concept} 是 {status}，实际{fact_zh}", "coverage.yaml says {pack} × {concept} is {status}, in fact {fact_en}",
        "改正该格", "mend the cell"),
}  # fmt: skip


def finding(code: str, where: str, **met: object) -> Problem:
    """Make the problem of a kind, its places filled with what was met."""
    kind = KINDS[code]
    return Problem(
        code, where, kind.zh.format(**met), kind.en.format(**met),
        kind.mend_zh.format(**met), kind.mend_en.format(**met),
    )  # fmt: skip

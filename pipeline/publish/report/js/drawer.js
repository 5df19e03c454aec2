// From a number to its breaches, to the talk, the rule, the arithmetic and the citation.
// state.open is a path: cell|store|pack, behaviour|concept, rule|store|pack|rule, breach|id, version|pack|rule
function openDrawer(path) { change({ open: path }); }

function drawDrawer() {
  const drawer = document.getElementById("drawer"), veil = document.getElementById("veil");
  drawer.hidden = veil.hidden = !state.open;
  document.body.style.overflow = state.open ? "hidden" : "";
  if (!state.open) return;
  const [kind, ...rest] = state.open.split("|");
  const body = { cell: cellView, behaviour: behaviourView, rule: ruleView, breach: breachView, version: versionView }[kind]?.(...rest);
  drawer.replaceChildren(
    el("div", { class: "head" },
      el("button", { class: "pill", onclick: () => history.back() }, "← " + say("返回", "Back")),
      el("button", { class: "pill", "aria-label": say("关闭", "Close"), onclick: closeDrawer }, "✕")),
    body ?? el("p", { class: "empty" }, say("这个链接所指的内容不在本期报告里。", "What this link points to is not in this report.")));
  drawer.scrollTop = 0;
}
function closeDrawer() { change({ open: "" }); }

const money = (row) => range(row.low, row.high, yuan);
const pointsOf = (row) => (row.points_high === null || row.points_high === undefined ? "" : `${range(row.points_low, row.points_high, number)}${row.points_class ? ` ${className(row)}` : ""}`);
const sanctionOf = (row) => (row.sanction ? sanctionName(row.sanction) + (row.days_high !== null ? ` ${range(row.days_low, row.days_high, number)}${say(" 天", " d")}` : "") : "");

const RULE_COLUMNS = [
  { key: "rule", title: ["规则", "Rule"], value: (row) => ruleName(row.rule_id, row.pack), show: (row) => ruleName(row.rule_id, row.pack) },
  { key: "certainty", title: ["确定性", "Certainty"], show: (row) => certaintyTag(row.certainty) },
  { key: "breaches", title: ["违规", "Breaches"], num: true },
  { key: "high", title: ["金额", "Money"], num: true, show: (row) => (row.priced === "no" ? say("无金额", "not priced") : money(row)) },
  { key: "points_high", title: ["积分", "Points"], num: true, show: pointsOf },
  { key: "sanction", title: ["处置", "Sanction"], show: sanctionOf },
];

function cellView(store, pack) {
  const list = data.exposure.filter((row) => row.store_id === store && row.pack === pack && (!state.month || row.month === state.month));
  return el("div", {},
    el("h2", {}, `${storeName(store)} × ${packName(pack)}`),
    el("p", { class: "lead" }, pack === names.store.get(store)?.platform
      ? say("本平台规则：下列金额会真正发生。", "The store's own platform: these amounts really fall due.")
      : say("同样的聊天和订单，放到这个平台会怎样。", "What the same chat and orders would cost there.")),
    grid(list, RULE_COLUMNS, { sort: "high", tools: list.length > 8, open: (row) => openDrawer(`rule|${store}|${pack}|${row.rule_id}`), empty: say("这个格子里没有违规。", "No breach in this cell.") }));
}

function behaviourView(concept) {
  const list = data.exposure.filter((row) => row.concept === concept && row.home && inView(row));
  const columns = [{ key: "store", title: ["店铺", "Store"], value: (row) => storeName(row.store_id), show: (row) => storeName(row.store_id) }, ...RULE_COLUMNS];
  return el("div", {}, el("h2", {}, conceptName(concept)), el("p", { class: "lead" }, say("各店在本平台规则下的违规。", "Breaches of every store under its own rules.")),
    grid(list, columns, { sort: "high", open: (row) => openDrawer(`rule|${row.store_id}|${row.pack}|${row.rule_id}`) }));
}

function ruleView(store, pack, rule) {
  const list = data.breaches.filter((row) => row.store_id === store && row.pack === pack && row.rule_id === rule && (!state.month || row.month === state.month));
  const total = sum(data.exposure.filter((row) => row.store_id === store && row.pack === pack && row.rule_id === rule && (!state.month || row.month === state.month)), "breaches");
  return el("div", {},
    el("h2", {}, ruleName(rule, pack)), el("p", { class: "lead" }, `${storeName(store)} · ${packName(pack)} · ${rule}`),
    grid(list, [
      { key: "occurred_at", title: ["时间", "When"], show: (row) => el("span", { class: "nowrap" }, row.occurred_at.slice(0, 16)) },
      { key: "certainty", title: ["确定性", "Certainty"], show: (row) => certaintyTag(row.certainty) },
      { key: "reason", title: ["理由", "Reason"], value: (row) => pick(row, "reason"), show: (row) => pick(row, "reason") },
      { key: "high", title: ["金额", "Money"], num: true, show: (row) => (row.priced === "no" ? "–" : money(row)) },
    ], { sort: "occurred_at", tools: list.length > 8, open: (row) => openDrawer("breach|" + row.breach_id), empty: say("这里只带了每组金额最大的若干条；其余在集市 breaches 里。", "Only the dearest of each group travel with this page; the rest are in the mart breaches.") }),
    list.length < total ? el("p", { class: "small soft" }, say(`共 ${total} 次，此处为金额最大的 ${list.length} 次；全部在集市 breaches。`, `${total} in all; these are the ${list.length} dearest. All of them: mart breaches.`)) : null,
    versionBody(pack, rule));
}

function breachView(id) {
  const row = data.breachOf.get(id);
  if (!row) return null;
  const rule = names.version.get(row.version_id);
  const facts = [
    [say("店铺", "Store"), storeName(row.store_id)], [say("时间", "When"), row.occurred_at],
    [say("客服", "Agent"), row.agent_id], [say("订单", "Order"), row.order_id], [say("会话", "Conversation"), row.conversation_id],
    [say("命中", "Matched"), row.matched_term], [say("申诉截止", "Appeal by"), row.appeal_by],
    [say("编号", "Id"), row.breach_id],
  ].filter(([, value]) => value);
  return el("div", {},
    el("h2", {}, ruleName(row.rule_id, row.pack)),
    el("p", { class: "lead" }, certaintyTag(row.certainty), " ", packName(row.pack), row.home ? "" : say("（仅作对照）", " (for comparison)")),
    el("p", {}, pick(row, "reason")),
    el("dl", {}, facts.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
    el("h3", {}, say("怎么算的", "The arithmetic")), arithmetic(row, rule),
    talkBody(row),
    versionBody(row.pack, row.rule_id, row.version_id));
}

function arithmetic(row, rule) {
  const lines = [];
  if (rule) lines.push(`${say("罚则", "Penalty")}：${pick(rule, "penalties") ?? UNKNOWN()}`);
  if (row.base_cny !== null) lines.push(`${say("基数（实付）", "Base (paid)")}：${yuan(row.base_cny)}`);
  if (row.value !== null && row.threshold !== null && !(row.value === 1 && row.threshold === 1)) lines.push(`${say("实测 / 界限", "Observed / limit")}：${number(row.value)} / ${number(row.threshold)}`);
  if (row.condition_zh || row.condition_en) lines.push(`${say("条件", "Condition")}：${pick(row, "condition")}`);
  if (row.nth) lines.push(say(`当年第 ${row.nth} 次`, `number ${row.nth} this year`));
  lines.push(row.priced === "no" ? say("没有来源给出金额或分数。", "No source states an amount.") : `${say("金额", "Money")}：${money(row)}`);
  if (pointsOf(row)) lines.push(`${say("积分", "Points")}：${pointsOf(row)}${row.counted !== null ? say(`，封顶后计 ${number(row.counted)}`, `, ${number(row.counted)} after caps`) : ""}`);
  if (row.sanction) lines.push(`${say("处置", "Sanction")}：${sanctionOf(row)}`);
  return el("div", { class: "sum" }, lines.map((line) => el("div", {}, line)));
}

function talkBody(row) {
  const talk = row.conversation_id ? data.talkOf.get(row.store_id + "|" + row.conversation_id) : null;
  if (!row.conversation_id) return null;
  const head = el("h3", {}, say("当时的对话（已脱敏）", "The talk (masked)"));
  if (!talk) return el("div", {}, head, el("p", { class: "soft" }, row.evidence_text ?? say("这段对话没有随报告带出，可用 guize explain 查看。", "This talk does not travel with the page; see guize explain.")));
  // only words of the lexicon that this breach is about are marked, not every word any lexicon knows
  const own = data.marksOf.get(row.store_id + "|" + row.message_id) ?? [];
  const lexicons = new Set(own.filter((mark) => mark.term === row.matched_term).map((mark) => mark.lexicon));
  return el("div", {}, head, el("div", { class: "talk" }, talk.map((line) => {
    const marks = (data.marksOf.get(row.store_id + "|" + line.message_id) ?? []).filter((mark) => lexicons.has(mark.lexicon));
    const who = { buyer: say("买家", "buyer"), agent: line.agent_id ?? say("客服", "agent"), robot: say("机器人", "robot"), system: say("系统", "system") }[line.role];
    return el("div", { class: `say ${line.role}${line.message_id === row.message_id ? " this" : ""}` },
      el("div", { class: "who" }, `${who} · ${line.sent_at.slice(5, 19)}`),
      el("div", { class: "text" }, marked(line.text ?? `[${line.kind}]`, marks, line.message_id === row.message_id ? row.matched_term : null)));
  })));
}

function marked(text, marks, term) {
  const signs = [...text]; // offsets count characters, not UTF-16 halves
  const spans = marks.map((m) => [m.start, m.end]).sort((a, b) => a[0] - b[0]);
  if (!spans.length && term && text.includes(term)) { const at = [...text.slice(0, text.indexOf(term))].length; spans.push([at, at + [...term].length]); }
  const parts = [];
  let done = 0;
  for (const [start, end] of spans) {
    if (start < done) continue;
    parts.push(signs.slice(done, start).join(""), el("mark", {}, signs.slice(start, end).join("")));
    done = end;
  }
  parts.push(signs.slice(done).join(""));
  return parts;
}

function versionView(pack, rule) { return el("div", {}, el("h2", {}, ruleName(rule, pack)), versionBody(pack, rule)); }

function versionBody(pack, rule, version) {
  const row = (version && names.version.get(version)) ?? names.rule.get(pack + ":" + rule) ?? names.rule.get(rule);
  if (!row) return el("p", { class: "soft" }, say("规则表里没有这条规则。", "The rule tables do not hold this rule."));
  const cites = data.citationsOf.get(row.version_id) ?? [];
  return el("div", {},
    el("h3", {}, say("规则", "The rule"), " ", gradeTag(row.grade)),
    el("p", {}, pick(row, "text") ?? ""),
    el("dl", {},
      el("dt", {}, say("平台", "Platform")), el("dd", {}, packName(row.pack)),
      el("dt", {}, say("罚则", "Penalty")), el("dd", {}, pick(row, "penalties") ?? UNKNOWN()),
      el("dt", {}, say("起效", "From")), el("dd", {}, row.from_date ?? (row.first_seen ? say(`不详，${row.first_seen} 已见`, `unknown, seen ${row.first_seen}`) : UNKNOWN())),
      row.assumed_zh ? [el("dt", {}, say("假定", "Assumed")), el("dd", {}, pick(row, "assumed"))] : []),
    el("h3", {}, say("出处", "Citations")),
    cites.length ? cites.map(citation) : el("p", { class: "soft" }, say("没有登记出处。", "No citation is registered.")));
}

function citation(row) {
  const sources = (row.source_ids ?? []).map((id) => data.sourceOf.get(id)).filter(Boolean);
  return el("div", { class: "cite" }, el("div", {}, pick(row, "statement")),
    el("div", { class: "small soft" }, gradeTag(row.grade), ` ${row.evidence_id}`, row.locator && row.locator !== "unknown" ? ` · ${row.locator}` : "", row.effective_from ? ` · ${row.effective_from}` : ""),
    sources.map((s) => el("div", { class: "small" }, pick(s, "title"), s.publisher ? ` · ${s.publisher}` : "", " ",
      (s.urls ?? []).filter((url) => /^https?:/.test(url)).slice(0, 1).map((url) => el("a", { href: url, target: "_blank", rel: "noreferrer noopener" }, new URL(url).host)))));
}

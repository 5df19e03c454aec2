// The page from top to bottom: each section is a function that returns its node, or null when it has no place.
const homeMatrix = (certainty) => data.matrix.filter((row) => row.home && inView(row) && (!certainty || row.certainty === certainty));
const scopeName = () => (state.store ? storeName(state.store) : say(`${data.stores.length} 家店`, data.stores.length === 1 ? "1 store" : `${data.stores.length} stores`));
const whenName = () => (state.month ? monthName(state.month) : say("全部月份", "all months"));

function head(title, lead) { return [el("h2", {}, title), lead ? el("p", { class: "lead" }, lead) : null]; }

function moneyCard(certainty, title) {
  const list = homeMatrix(certainty);
  const [low, high, breaches, unpriced] = [sumOrUnknown(list, "low"), sumHigh(list), sum(list, "breaches"), sum(list, "unpriced")];
  const figure = range(low, high, yuan);
  return el("div", { class: "card " + certainty, id: "card-" + certainty, "data-low": low ?? 0, "data-high": high ?? 0, "data-breaches": breaches },
    el("div", { class: "label" }, title),
    el("div", { class: "figure" + (figure.length > 11 ? " long" : "") }, figure),
    el("div", { class: "note" }, say(`${number(breaches)} 次违规`, `${number(breaches)} breaches`), unpriced ? say(`，其中 ${number(unpriced)} 次没有来源给出金额`, `, ${number(unpriced)} of them no source prices`) : ""));
}

// the newest state of every ledger at home, the nearest to its node first
function ledgerRows() {
  return data.ledger.filter((row) => row.home && row.headroom !== null && (!state.store || row.store_id === state.store));
}

function pointsCard() {
  const confirmed = ledgerRows().filter((row) => row.certainty === "confirmed");
  const nearest = confirmed[0] ?? ledgerRows()[0];
  const body = nearest
    ? [el("div", { class: "figure" }, number(nearest.headroom), el("small", {}, say(" 分到下一节点", " points to the next node"))),
       el("div", { class: "note" }, `${storeName(nearest.store_id)} · ${className(nearest)} ${number(nearest.balance)} / ${number(nearest.next_node)}`, nearest.certainty === "contingent" ? say("（含待定）", " (contingent included)") : "", nearest.effect_zh ? el("div", {}, pick(nearest, "effect")) : null)]
    : [el("div", { class: "figure" }, "–"), el("div", { class: "note" }, say("没有积分入账。", "No points were awarded."))];
  return el("div", { class: "card points", id: "card-points", "data-headroom": nearest?.headroom ?? "" }, el("div", { class: "label" }, say("积分，距最近的节点", "Points, the nearest node")), body);
}

// store-days during which the heaviest sanction stops sales; unknown lengths are counted apart
function closedDays(certainty) {
  const stopped = homeMatrix(certainty).filter((row) => row.sanction && names.sanction.get(row.sanction)?.stops_sales === "full");
  return { low: sum(stopped, "days_low"), high: sum(stopped, "days_high"), open: stopped.filter((row) => row.days_high === null).length };
}

function daysCard() {
  const [sure, may] = [closedDays("confirmed"), closedDays("contingent")];
  const open = sure.open + may.open;
  return el("div", { class: "card days", id: "card-days", "data-confirmed": sure.high, "data-contingent": may.high },
    el("div", { class: "label" }, say("停售天数（店·天）", "Closed days (store-days)")),
    el("div", { class: "figure" }, range(sure.low, sure.high, number), el("small", {}, say(" 已确认", " confirmed"))),
    el("div", { class: "note" }, say("待定 ", "contingent "), range(may.low, may.high, number), say(" 天", " days"), open ? say(`；另有 ${open} 项期限不详`, `; ${open} of unknown length`) : ""));
}

function answer() {
  const said = (certainty) => { const list = homeMatrix(certainty); return el("span", { class: "nowrap" }, range(sumOrUnknown(list, "low"), sumHigh(list), yuan)); };
  const title = state.lang === "en"
    ? [`${whenName()}: `, said("confirmed"), ` confirmed for ${scopeName()} on their own platforms, `, said("contingent"), " more contingent."]
    : [`${whenName()}，${scopeName()}按${state.store ? "本" : "各自"}平台的规则：已确认 `, said("confirmed"), "，待定 ", said("contingent"), "。"];
  return el("section", { id: "answer" },
    el("h1", {}, title),
    el("p", { class: "lead" }, say("已确认：数据足以证明每个条件。待定：还差一个条件（例如买家投诉），两者从不相加。", "Confirmed: the data prove every condition. Contingent: one is still open, such as a complaint. The two are never one sum.")),
    el("div", { class: "cards" },
      moneyCard("confirmed", say("已确认金额", "Confirmed money")), moneyCard("contingent", say("待定金额", "Contingent money")), pointsCard(), daysCard()),
    el("div", { class: "two" }, worst(), urgent()));
}

function worst() {
  const groups = [...groupBy(data.exposure.filter((row) => row.home && row.pack !== "law" && inView(row) && row.certainty === state.certainty), (row) => row.store_id + "|" + row.pack + "|" + row.rule_id)]
    .map(([path, list]) => ({ path, row: list[0], high: sumHigh(list), low: sumOrUnknown(list, "low"), breaches: sum(list, "breaches") }))
    .sort((a, b) => (b.high ?? b.low ?? 0) - (a.high ?? a.low ?? 0) || b.breaches - a.breaches).slice(0, 6);
  return el("div", { class: "panel", id: "worst" }, el("h3", {}, say("哪里损失最大 ", "Where most is lost "), certaintyTag(state.certainty)),
    groups.length ? el("ul", { class: "list" }, groups.map(({ path, row, low, high, breaches }) => el("li", {},
      el("button", { onclick: () => openDrawer("rule|" + path) }, el("b", {}, ruleName(row.rule_id, row.pack)), el("span", { class: "soft" }, ` · ${storeName(row.store_id)}`)),
      el("span", { class: "num" }, row.priced === "no" ? say("无金额", "not priced") : range(low, high, yuan), el("span", { class: "soft" }, ` · ${number(breaches)}${say(" 次", "×")}`)))))
    : el("p", { class: "empty" }, say("没有这类违规。可在上方切换已确认与待定。", "No such breach. Switch between confirmed and contingent above.")));
}

function urgent() {
  const list = data.deadlines.filter((row) => !state.store || row.store_id === state.store).slice(0, 4);
  return el("div", { class: "panel", id: "urgent" }, el("h3", {}, say("最急的期限", "Due next")),
    list.length ? el("ul", { class: "list" }, list.map((row) => el("li", {},
      el("span", {}, say(row.zh.replace(/ ?须在 [\d: -]+前办妥$/, ""), row.en.replace(/ is due by [\d: -]+$/, "")), el("div", { class: "soft" }, storeName(row.store_id))),
      el("span", { class: "num" }, row.due_at.slice(5, 16)))))
    : el("p", { class: "empty" }, say("截至最新导出，没有未到期的事项。", "Nothing is due, as of the newest export.")));
}

const VALUES = {
  money: { title: ["金额", "Money"], of: (list) => sumHigh(list) ?? sumOrUnknown(list, "low"), show: yuan, from: (list) => sumHigh(list) === null && sumOrUnknown(list, "low") !== null },
  points: { title: ["积分", "Points"], of: (list) => sumOrUnknown(list, "points_high") ?? 0, show: number },
  breaches: { title: ["违规数", "Breaches"], of: (list) => sum(list, "breaches"), show: number },
  gmv: { title: ["停售风险", "Sales at risk"], of: (list) => sumOrUnknown(list, "gmv") ?? 0, show: yuan },
};

function heatMap() {
  const packs = data.packs.map((row) => row.pack).filter((pack) => pack !== "law");
  const chosen = data.matrix.filter((row) => inView(row) && row.certainty !== "averted");
  const cells = groupBy(chosen, (row) => `${row.store_id}|${row.pack}|${row.certainty}`);
  const stores = [...new Set(chosen.map((row) => row.store_id))];
  const { of, show } = VALUES[state.value] ?? VALUES.money;
  const other = state.certainty === "confirmed" ? "contingent" : "confirmed";
  const of_ = (store, pack, certainty) => cells.get(`${store}|${pack}|${certainty}`);
  const value = (store, pack) => { const list = of_(store, pack, state.certainty); return list ? of(list) : null; };
  const most = Math.max(1, ...stores.flatMap((store) => packs.map((pack) => value(store, pack) ?? 0)));
  const home = (store) => value(store, names.store.get(store)?.platform) ?? -1;
  stores.sort((a, b) => home(b) - home(a));
  // breaches that no source prices have no amount; an amount that sources leave open is unknown; neither is 0
  const named = (list) => (state.value === "money" && sum(list, "unpriced") === sum(list, "breaches") ? say("无金额", "unpriced") : show(of(list)) + (VALUES[state.value]?.from?.(list) ? say(" 起", "+") : ""));

  function heatCell(store, pack) {
    const [list, beside] = [of_(store, pack, state.certainty), of_(store, pack, other)];
    const own = names.store.get(store)?.platform === pack ? " home" : "";
    if (!list && !beside) return el("td", {}, el("span", { class: "cell none" + own }, "·"));
    const n = list ? of(list) : null;
    const depth = n ? 0.1 + 0.75 * Math.sqrt(n / most) : 0;
    const text = depth > 0.6 && document.documentElement.dataset.theme !== "dark" ? ";color:#fff" : "";
    return el("td", {}, el("button", { class: "cell" + own, style: `background:rgba(${css("--heat")},${depth.toFixed(3)})${text}`, "data-cell": store + "|" + pack, "data-value": n ?? "", onclick: () => openDrawer(`cell|${store}|${pack}`) },
      list ? named(list) : "·",
      el("small", {}, beside ? `${say(...CERTAINTY[other])} ${named(beside)}` : `${number(sum(list, "breaches"))}${say(" 次", "×")}`)));
  }

  const body = stores.map((store) => el("tr", {}, el("th", { scope: "row", title: store }, storeName(store)), packs.map((pack) => heatCell(store, pack))));
  return el("section", { id: "matrix" }, head(say("同样的做法，换个平台", "The same behaviour elsewhere"), say("每行是一家店的同一份聊天和订单，逐列用各平台的规则判；框出的是本平台。法律另计，通用标准只作对照。点格子看明细。", "Each row is one store's own chat and orders, judged by every platform's rules; its own platform is framed. Law stands outside; the general standard is a yardstick. Click a cell.")),
    el("div", { class: "tools" }, choice("value", Object.fromEntries(Object.entries(VALUES).map(([key, v]) => [key, v.title])))),
    stores.length ? el("div", { class: "scroll" }, el("table", { class: "heat" }, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, say("店铺", "Store")), packs.map((pack) => el("th", { scope: "col" }, packName(pack))))), el("tbody", {}, body)))
      : el("div", { class: "panel empty" }, say("所选月份和店铺没有违规。", "No breach in the month and store chosen.")));
}

function choice(key, options) {
  return el("div", { class: "group", role: "group" }, Object.entries(options).map(([value, title]) =>
    el("button", { class: state[key] === value ? "on" : null, "aria-pressed": state[key] === value ? "true" : "false", onclick: () => change({ [key]: value }, true) }, say(...title))));
}

function overTime() {
  const list = data.daily.filter((row) => (!state.store || row.store_id === state.store) && (!state.month || row.day.startsWith(state.month)));
  return el("section", { id: "time" }, head(say("走势", "Over time"), say("本平台规则下每天的违规次数。", "Breaches of home rules by day.")),
    list.length ? el("div", { class: "panel" }, timeChart(list, "breaches", number)) : el("div", { class: "panel empty" }, say("没有违规可画。", "No breach to draw.")));
}

function behaviours() {
  const list = data.exposure.filter((row) => row.home && inView(row) && row.certainty === state.certainty);
  const [summed, law] = [list.filter((row) => row.pack !== "law"), list.filter((row) => row.pack === "law")]; // law stands outside the sums
  const useMoney = summed.some((row) => row.high);
  const items = [...groupBy(summed, (row) => row.concept)].map(([concept, group]) => ({ concept, name: conceptName(concept), value: useMoney ? sumHigh(group) ?? sum(group, "low") : sum(group, "breaches") }))
    .filter((item) => item.value).sort((a, b) => b.value - a.value);
  const merged = (some) => [...groupBy(some, (row) => row.pack + "|" + row.rule_id)].map(([, group]) => ({
    ...group[0], breaches: sum(group, "breaches"), low: sumOrUnknown(group, "low"), high: sumHigh(group),
    points_low: sumOrUnknown(group, "points_low"), points_high: sumHigh(group, "points_high", "points_low"), stores: new Set(group.map((row) => row.store_id)).size,
  }));
  const columns = [RULE_COLUMNS[0], { key: "pack", title: ["平台", "Platform"], show: (row) => packName(row.pack) }, ...RULE_COLUMNS.slice(1, 5), { key: "stores", title: ["店铺数", "Stores"], num: true }];
  return el("section", { id: "behaviours" }, head(say("哪些行为最费钱", "Which behaviours cost most"), useMoney ? say("按金额上限排序，折线是累计占比。点柱子看是哪些店。", "By the high end of the money; the line is the cumulative share. Click a bar for its stores.") : say("没有来源给出金额，按次数排序。", "No source prices these; sorted by count.")),
    items.length ? el("div", { class: "panel", style: "margin-bottom:14px" }, paretoChart(items.slice(0, innerWidth < 700 ? 8 : 14), useMoney ? yuan : number)) : null,
    grid(merged(summed), columns, { sort: "high", limit: 15, open: (row) => openDrawer("behaviour|" + row.concept), empty: say("没有这类违规。", "No such breach.") }),
    law.length ? [el("h3", { style: "margin-top:20px" }, say("法律另计", "Law, counted apart")),
      el("p", { class: "lead" }, say("同样的言行触及的法条和法定罚款区间，由主管部门裁量；不计入以上任何合计。", "The statutes the same conduct touches and the fines they allow; an authority decides. In none of the sums above.")),
      grid(merged(law), columns.filter((column) => column.key !== "pack"), { sort: "breaches", limit: 8, tools: false, open: (row) => openDrawer("behaviour|" + row.concept) })] : null);
}

const OPS = { lt: "<", le: "≤", gt: ">", ge: "≥", eq: "=" };
function limitText(row) {
  if (row.threshold === null) return null;
  if (row.threshold_unit === "share") return `${OPS[row.op] ?? ""} ${+(row.threshold * 100).toFixed(2)}%`;
  const unit = names.unit.get(row.threshold_unit);
  return `${OPS[row.op] ?? row.op ?? ""} ${number(row.threshold)}${unit ? " " + say(unit.zh, unit.en) : ""}`;
}

let ruleFilter = "";
function comparison() {
  const dates = [...new Set(data.comparison.map((row) => row.from_date).filter(Boolean))].sort();
  const last = data.run[0]?.started_at?.slice(0, 10);
  if (last && dates.length && last > dates.at(-1)) dates.push(last);
  if (!dates.length) dates.push("9999-12-31");
  const at = Math.max(0, state.asof ? dates.findLastIndex((day) => day <= state.asof) : dates.length - 1);
  const label = el("b", { class: "nowrap", id: "asof" }, dates[at]);
  const box = el("div");
  const fill = (day) => box.replaceChildren(matrixAsOf(day));
  const slider = el("input", { type: "range", min: 0, max: dates.length - 1, value: at, "aria-label": say("截至", "As of"),
    oninput: (e) => { label.textContent = dates[e.target.value]; fill(dates[e.target.value]); },
    onchange: (e) => { state.asof = dates[e.target.value]; const kept = new URLSearchParams(location.hash.slice(1)); kept.set("asof", state.asof); history.replaceState(null, "", "#" + kept); } });
  fill(dates[at]);
  return el("section", { id: "rules" }, head(say("规则对照", "Rules side by side"), say("同一件事各平台怎么规定。拖动日期看规则的变迁；底色标出同一计数单位下最严的一条。点格子看原文出处。", "What each platform says about the same thing. Drag the date to see rules change; tinted: the strictest with the same unit of count. Click for the citation.")),
    el("div", { class: "tools" },
      el("input", { type: "search", value: ruleFilter, placeholder: say("筛选行为", "Filter behaviours"), "aria-label": say("筛选行为", "Filter behaviours"), oninput: (e) => { ruleFilter = e.target.value.trim(); fill(label.textContent); } }),
      el("div", { class: "slider" }, say("截至", "As of"), slider, label)), box);
}

function matrixAsOf(day) {
  const valid = data.comparison.filter((row) => row.status !== "rule" || ((!row.from_date || row.from_date <= day) && (!row.to_date || row.to_date > day)));
  const concepts = [...groupBy(valid, (row) => row.concept)].filter(([concept]) => !ruleFilter || (conceptName(concept) + concept).toLowerCase().includes(ruleFilter.toLowerCase()))
    .map(([concept, list]) => ({ concept, cells: groupBy(list, (row) => row.pack), rules: list.filter((row) => row.status === "rule").length }))
    .filter((row) => row.rules).sort((a, b) => b.rules - a.rules);
  if (!concepts.length) return el("div", { class: "panel empty" }, say("没有符合的规则。", "No rule matches."));
  const packs = data.packs.map((row) => row.pack);
  const NONE = { searched_none: ["查无规定", "none found"], not_applicable: ["不适用", "n/a"], todo: ["待查", "to do"] };
  return el("div", { class: "scroll" }, el("table", { class: "heat rules" },
    el("thead", {}, el("tr", {}, el("th", {}, say("行为", "Behaviour")), packs.map((pack) => el("th", { scope: "col" }, packName(pack))))),
    el("tbody", {}, concepts.map(({ concept, cells }) => el("tr", {}, el("th", { scope: "row" }, conceptName(concept)),
      packs.map((pack) => {
        const list = cells.get(pack) ?? [];
        const rules = list.filter((row) => row.status === "rule");
        if (!rules.length) return el("td", {}, el("span", { class: "rule-cell soft" }, list[0] ? say(...(NONE[list[0].status] ?? ["–", "–"])) : "–"));
        return el("td", {}, rules.map((row) => el("button", { class: "rule-cell" + (row.rank === 1 ? " first" : ""), onclick: () => openDrawer(`version|${row.pack}|${row.rule_id}`) },
          el("b", {}, limitText(row) ?? ruleName(row.rule_id, row.pack)), shorten(pick(row, "penalty") ?? ""), " ", ["training", "hearsay"].includes(row.grade) ? gradeTag(row.grade) : null)));
      }))))));
}
const shorten = (text) => (text.length > 34 ? text.slice(0, 33) + "…" : text);

function points() {
  const list = ledgerRows();
  return el("section", { id: "points" }, head(say("积分台账", "Points ledger"), say("每家店每类积分的余额、下一节点与到达后的后果。", "Balance, next node and what happens there, by store and class of points.")),
    grid(list, [
      { key: "store", title: ["店铺", "Store"], value: (row) => storeName(row.store_id), show: (row) => nowrap(storeName(row.store_id)) },
      { key: "pack", title: ["平台", "Platform"], show: (row) => nowrap(packName(row.pack)) },
      { key: "points_class", title: ["类别", "Class"], value: className, show: (row) => nowrap(className(row)) },
      { key: "certainty", title: ["口径", "Counting"], show: (row) => (row.certainty === "confirmed" ? certaintyTag("confirmed") : el("span", { class: "tag contingent" }, say("连同待定", "with contingent"))) },
      { key: "balance", title: ["余额", "Balance"], num: true, show: (row) => number(row.balance) },
      { key: "next_node", title: ["下一节点", "Next node"], num: true, show: (row) => number(row.next_node) },
      { key: "headroom", title: ["还差", "Headroom"], num: true, show: (row) => el("div", {}, number(row.headroom), el("div", { class: "meter" + (row.balance / row.next_node > 0.75 ? " near" : "") }, el("i", { style: `width:${Math.min(100, (row.balance / row.next_node) * 100)}%` }))) },
      { key: "effect", title: ["后果", "What happens"], value: (row) => pick(row, "effect") },
      { key: "resets_on", title: ["清零日", "Resets on"], show: (row) => nowrap(row.resets_on ?? UNKNOWN()) },
    ], { sort: "headroom", down: false, limit: 20, empty: say("没有积分入账。", "No points were awarded.") }));
}

function deadlines() {
  const list = data.deadlines.filter((row) => !state.store || row.store_id === state.store);
  const asOf = list[0]?.as_of;
  return el("section", { id: "deadlines" }, head(say("接下来要做的事", "What is due next"), asOf ? say(`截至最新导出 ${asOf}。`, `As of the newest export, ${asOf}.`) : null),
    grid(list, [
      { key: "due_at", title: ["截止", "Due"], show: (row) => el("span", { class: "nowrap" }, row.due_at.slice(0, 16)) },
      { key: "what", title: ["要做什么", "What"], value: (row) => say(row.zh, row.en) },
      { key: "store", title: ["店铺", "Store"], value: (row) => storeName(row.store_id) },
      { key: "about", title: ["编号", "About"] },
      { key: "high", title: ["若误期", "At stake"], num: true, show: (row) => (row.low === null && row.high === null ? (row.points !== null ? number(row.points) + say(" 分", " points") : UNKNOWN()) : money(row)) },
    ], { sort: "due_at", down: false, limit: 20, empty: say("截至最新导出，没有未到期的事项。", "Nothing is due, as of the newest export.") }));
}

function agents() {
  const mean = (list, key, weight) => { const known = list.filter((row) => row[key] !== null); const w = sum(known, weight); return w ? known.reduce((all, row) => all + row[key] * row[weight], 0) / w : null; };
  const list = [...groupBy(data.agents.filter(inView), (row) => row.store_id + "|" + row.agent_id)].map(([, group]) => ({
    store_id: group[0].store_id, agent_id: group[0].agent_id, conversations: sum(group, "conversations"), messages: sum(group, "messages"), unanswered: sum(group, "unanswered"), breaches: sum(group, "breaches"),
    first_seconds: mean(group, "first_seconds", "conversations"), average_seconds: mean(group, "average_seconds", "asks"), within_30s: mean(group, "within_30s", "asks"), within_3min: mean(group, "within_3min", "asks"),
  })).map((row) => ({ ...row, per_1000: row.messages ? (row.breaches / row.messages) * 1000 : null }));
  return el("section", { id: "agents" }, head(say("客服", "Agents"), say("同一把尺子下的响应与违规；人少话少时先看次数再看比率。", "Replies and breaches by one ruler; where little was said, read the counts before the rates.")),
    grid(list, [
      { key: "agent_id", title: ["客服", "Agent"] },
      { key: "store", title: ["店铺", "Store"], value: (row) => storeName(row.store_id) },
      { key: "conversations", title: ["会话", "Talks"], num: true, show: (row) => number(row.conversations) },
      { key: "first_seconds", title: ["首响", "First reply"], num: true, show: (row) => seconds(row.first_seconds) },
      { key: "average_seconds", title: ["平响", "Mean reply"], num: true, show: (row) => seconds(row.average_seconds) },
      { key: "within_30s", title: ["30 秒应答", "In 30 s"], num: true, show: (row) => share(row.within_30s) },
      { key: "within_3min", title: ["3 分钟应答", "In 3 min"], num: true, show: (row) => share(row.within_3min) },
      { key: "unanswered", title: ["未回复", "Unanswered"], num: true },
      { key: "breaches", title: ["违规", "Breaches"], num: true },
      { key: "per_1000", title: ["每千条违规", "Per 1,000"], num: true, show: (row) => (row.per_1000 === null ? "–" : row.per_1000.toFixed(2)) },
    ], { sort: "breaches", limit: 20, empty: say("导出里没有客服账号。", "The exports name no agents.") }));
}

function gaps() {
  if (!data.gap.length) return null;
  const KIND = { changed: ["已变", "changed"], taught_only: ["只在培训里", "taught only"], not_taught: ["没教过", "not taught"] };
  return el("section", { id: "gap" }, head(say("培训所教与现行之差", "What was taught against what is in force"), say("客服学的，和现在的规则差在哪里；先看“已变”的。", "Where what agents were taught differs from the rules of today; read “changed” first.")),
    grid(data.gap, [
      { key: "pack", title: ["平台", "Platform"], show: (row) => nowrap(packName(row.pack)) },
      { key: "concept", title: ["行为", "Behaviour"], value: (row) => conceptName(row.concept), show: (row) => nowrap(conceptName(row.concept)) },
      { key: "gap", title: ["差别", "Gap"], show: (row) => el("span", { class: "tag" }, say(...(KIND[row.gap] ?? [row.gap, row.gap]))) },
      { key: "training", title: ["培训所教", "As taught"], value: (row) => pick(row, "training") },
      { key: "force", title: ["现行", "In force"], value: (row) => pick(row, "in_force") },
    ], { limit: 12 }));
}

function holes() {
  const list = data.coverage.filter((row) => !state.store || row.store_id === state.store);
  const strip = (row) => el("div", { class: "strip", title: row.first_day }, [...row.days].map((sign) => el("i", { class: sign })));
  const unjudged = data.unjudged.filter((row) => !state.store || row.store_id === state.store);
  return el("section", { id: "holes" }, head(say("数据缺口", "Holes in the data"), say("“没有数据”从不当作 0。红色是缺的日子，过了可导出期就补不回来。", "No data is never shown as 0. Red days are missing; past the platform's export window they cannot be had again.")),
    el("div", { class: "key tools" }, [["--green", "有", "there"], ["--red", "缺", "missing"], ["--line", "当日没有，是否应有不详", "none that day; unknown whether due"], ["--fill", "从未导出", "never exported"]].map(([color, zh, en]) => el("span", {}, el("i", { style: `background:var(${color})` }), say(zh, en)))),
    grid(list, [
      { key: "store", title: ["店铺", "Store"], value: (row) => storeName(row.store_id) },
      { key: "table_name", title: ["导出", "Export"], value: (row) => tableName(row.table_name) },
      { key: "holes", title: ["缺的天数", "Days missing"], num: true, value: (row) => [...row.days].filter((sign) => sign === "h").length },
      { key: "days", title: ["逐日", "Day by day"], show: strip },
      { key: "closes", title: ["补导截止", "Export until"], show: (row) => row.closes ?? "–" },
    ], { sort: "holes", limit: 16, empty: say("没有记录。", "Nothing recorded.") }),
    unjudged.length ? [el("h2", { style: "margin-top:24px" }, say("判不了的规则", "Rules that could not be judged")), grid(unjudged, [
      { key: "store", title: ["店铺", "Store"], value: (row) => storeName(row.store_id), show: (row) => nowrap(storeName(row.store_id)) },
      { key: "rule", title: ["规则", "Rule"], value: (row) => ruleName(row.rule_id, row.pack) },
      { key: "missing", title: ["缺什么", "Missing"], value: (row) => namedTables(row.missing ?? "") },
      { key: "reason", title: ["说明", "Why"], value: (row) => (row.missing ? (pick(row, "reason") ?? "").replace(row.missing, namedTables) : pick(row, "reason")) },
    ], { limit: 10 })] : null);
}

// State in the address, words in two languages, numbers as people read them, nodes without HTML strings.
const state = { month: "", store: "", lang: "zh", theme: "", value: "money", certainty: "confirmed", asof: "", open: "" };
const DEFAULTS = { ...state };

function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const key in state) state[key] = given.get(key) ?? DEFAULTS[key];
}

function change(given, replace = false) {
  Object.assign(state, given);
  const kept = new URLSearchParams();
  for (const key in state) if (state[key] !== DEFAULTS[key]) kept.set(key, state[key]);
  const hash = "#" + kept.toString();
  if (replace) history.replaceState(null, "", hash);
  else history.pushState(null, "", hash);
  draw();
}

const say = (zh, en) => (state.lang === "en" ? en : zh);
const pick = (row, key) => say(row[key + "_zh"] ?? row[key + "_en"], row[key + "_en"] ?? row[key + "_zh"]);
const UNKNOWN = () => say("不详", "unknown");

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
const number = (n) => (n === null || n === undefined ? UNKNOWN() : whole.format(n));
function yuan(n) {
  if (n === null || n === undefined) return UNKNOWN();
  return "¥" + new Intl.NumberFormat("en-US", { minimumFractionDigits: n % 1 ? 2 : 0, maximumFractionDigits: 2 }).format(n);
}
function range(low, high, show) {
  if ((low === null || low === undefined) && (high === null || high === undefined)) return UNKNOWN();
  if (low === high) return show(high);
  if (high === null || high === undefined) return say(`${show(low)} 起`, `from ${show(low)}`);
  return `${show(low)}\u00a0– ${show(high).replace("¥", "")}`; // breaks after the dash, never before
}
const share = (n) => (n === null || n === undefined ? "–" : (n * 100).toFixed(1) + "%");
const seconds = (n) => (n === null || n === undefined ? "–" : n < 100 ? n.toFixed(1) + say(" 秒", " s") : (n / 60).toFixed(1) + say(" 分", " min"));
const monthName = (month) => (state.lang === "en" ? month : month.replace(/^(\d+)-0?(\d+)$/, "$1 年 $2 月"));

// el("div", {class: "x", onclick: f}, child, "text"): children are nodes or plain text, never markup
function el(name, given = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "style") node.style.cssText = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function toast(text) {
  const node = document.getElementById("toast");
  node.textContent = text;
  node.classList.add("on");
  setTimeout(() => node.classList.remove("on"), 1600);
}

// columns {a: [..], b: [..]} -> rows [{a, b}]
function rows(columns) {
  const names = Object.keys(columns);
  if (!names.length) return [];
  return columns[names[0]].map((_, no) => Object.fromEntries(names.map((name) => [name, columns[name][no]])));
}

function groupBy(list, key) {
  const groups = new Map();
  for (const row of list) {
    const at = key(row);
    if (!groups.has(at)) groups.set(at, []);
    groups.get(at).push(row);
  }
  return groups;
}

function sum(list, key) {
  return list.reduce((total, row) => total + (row[key] ?? 0), 0);
}
// null amounts are unknown, never 0: a sum of nothing but unknowns is unknown
const sumOrUnknown = (list, key) => (list.length && list.every((row) => row[key] === null) ? null : round2(sum(list, key)));
// one row whose low end is known and whose high end is not leaves the high end of the sum unknown
const sumHigh = (list, high = "high", low = "low") => (list.some((row) => row[low] !== null && row[high] === null) ? null : sumOrUnknown(list, high));
const round2 = (n) => Math.round(n * 100) / 100;

const data = {};
const names = { store: new Map(), pack: new Map(), concept: new Map(), sanction: new Map(), unit: new Map(), points: new Map(), rule: new Map(), version: new Map() };
const SEVEN = ["douyin", "taobao", "tmall", "jd", "pinduoduo", "kuaishou", "suning"];

async function unpack() {
  const packed = Uint8Array.from(atob(document.getElementById("data").textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const told = JSON.parse(await new Response(stream).text());
  for (const key in told) {
    const value = told[key];
    data[key] = value && typeof value === "object" && !Array.isArray(value) ? rows(value) : value;
  }
  for (const row of data.units) names.unit.set(row.unit, row);
  for (const row of data.classes) names.points.set(row.pack + ":" + row.points_class, row);
  for (const row of data.stores) names.store.set(row.store_id, row);
  for (const row of data.packs) names.pack.set(row.pack, row);
  for (const row of data.concepts) names.concept.set(row.concept, row);
  for (const row of data.sanctions) names.sanction.set(row.code, row);
  for (const row of data.versions) {
    names.version.set(row.version_id, row);
    names.rule.set(row.pack + ":" + row.rule_id, row); // ordered: the last version stays
    if (!names.rule.has(row.rule_id)) names.rule.set(row.rule_id, row);
  }
  data.citationsOf = groupBy(data.citations, (row) => row.version_id);
  data.sourceOf = new Map(data.sources.map((row) => [row.source_id, row]));
  data.talkOf = groupBy(data.talks, (row) => row.store_id + "|" + row.conversation_id);
  data.marksOf = groupBy(data.marks, (row) => row.store_id + "|" + row.message_id);
  data.breachOf = new Map(data.breaches.map((row) => [row.breach_id, row]));
  data.months = [...new Set(data.matrix.map((row) => row.month))].sort();
}

const storeName = (id) => names.store.get(id)?.name ?? id;
const packName = (pack) => { const row = names.pack.get(pack); return row ? say(row.zh, row.en) : pack; };
const conceptName = (id) => { const row = names.concept.get(id); return row ? say(row.zh, row.en) : id; };
const sanctionName = (code) => { const row = names.sanction.get(code); return row ? say(row.zh, row.en) : code; };
const ruleName = (rule, pack) => { const row = names.rule.get(pack + ":" + rule) ?? names.rule.get(rule); return row ? pick(row, "title") : rule; };
const className = (row) => { const named = names.points.get(row.pack + ":" + row.points_class); return named ? say(named.zh, named.en) : row.points_class; };
const TABLES = { messages: ["聊天", "chat"], orders: ["订单", "orders"], orders_shipped: ["发货时间", "shipping times"], orders_picked_up: ["揽收时间", "pickup times"], aftersales: ["售后", "after-sales"], complaints: ["投诉", "complaints"], agent_status: ["客服在线", "agents online"], shipments: ["包裹", "parcels"], tracking_events: ["物流轨迹", "tracking"], reviews: ["评价", "reviews"], ratings: ["会话评分", "ratings"], listings: ["商品", "listings"], platform_notices: ["平台处罚", "platform notices"], annotations: ["质检结论", "inspections"], conversations: ["会话", "conversations"], asks: ["提问", "questions"], blocks: ["拉黑记录", "blocks"], order_items: ["订单商品", "order lines"], complaint_followups: ["投诉跟进", "complaint follow-ups"], stores: ["店铺资料", "stores"] };
const namedTables = (text) => text.replace(/[a-z_]+/g, tableName);
const nowrap = (text) => el("span", { class: "nowrap" }, text);
const tableName = (table) => (TABLES[table] ? say(...TABLES[table]) : table);
const CERTAINTY = { confirmed: ["已确认", "confirmed"], contingent: ["待定", "contingent"], averted: ["已避免", "averted"] };
const certaintyTag = (c) => el("span", { class: "tag " + c }, say(...CERTAINTY[c]));
const GRADE = { official: ["官方", "official"], secondary: ["二手", "secondary"], secondary_plus: ["二手互证", "secondary, agreed"], training: ["培训", "training"], hearsay: ["传闻", "hearsay"] };
const gradeTag = (g) => (g ? el("span", { class: "tag " + g }, say(...(GRADE[g] ?? [g, g]))) : null);

const inView = (row) => (!state.month || row.month === state.month) && (!state.store || row.store_id === state.store);

// Put the sections on the page, and draw again whenever the address changes.
const SECTIONS = [
  ["answer", ["结论", "Answer"], answer], ["matrix", ["换个平台", "Elsewhere"], heatMap], ["time", ["走势", "Over time"], overTime],
  ["behaviours", ["行为", "Behaviours"], behaviours], ["points", ["积分", "Points"], points], ["deadlines", ["期限", "Due"], deadlines],
  ["rules", ["规则对照", "Rules"], comparison], ["agents", ["客服", "Agents"], agents], ["gap", ["培训之差", "Training"], gaps], ["holes", ["数据缺口", "Holes"], holes],
];

function filters() {
  const stores = [...groupBy(data.stores, (row) => row.platform)];
  return [
    el("select", { id: "month", "aria-label": say("月份", "Month"), onchange: (e) => change({ month: e.target.value }) },
      data.months.toReversed().map((month) => el("option", { value: month, selected: state.month === month }, monthName(month))),
      el("option", { value: "", selected: !state.month }, say("全部月份", "All months"))),
    el("select", { id: "store", "aria-label": say("店铺", "Store"), onchange: (e) => change({ store: e.target.value }) },
      el("option", { value: "" }, say("全部店铺", "All stores")),
      stores.map(([platform, list]) => el("optgroup", { label: packName(platform) }, list.map((row) => el("option", { value: row.store_id, selected: state.store === row.store_id }, storeName(row.store_id)))))),
    choice("certainty", { confirmed: CERTAINTY.confirmed, contingent: CERTAINTY.contingent }),
  ];
}

function switches() {
  const dark = document.documentElement.dataset.theme === "dark";
  return [
    el("button", { class: "pill", id: "lang", onclick: () => change({ lang: state.lang === "zh" ? "en" : "zh" }, true) }, state.lang === "zh" ? "EN" : "中文"),
    el("button", { class: "pill", id: "theme", "aria-label": say("深浅色", "Light or dark"), onclick: () => change({ theme: dark ? "light" : "dark" }, true) }, dark ? "☀" : "☾"),
  ];
}

let drawn = "";
function draw() {
  const theme = state.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  document.documentElement.dataset.theme = theme;
  document.documentElement.lang = state.lang === "en" ? "en" : "zh-CN";
  document.title = say("guize 规则 · 违规敞口", "guize · exposure");
  // what lies under the drawer is drawn again only when something it shows has changed
  const now = JSON.stringify([state.month, state.store, state.lang, theme, state.value, state.certainty]);
  if (now !== drawn) {
    drawn = now;
    colors.clear();
    charts.splice(0).forEach((made) => made.dispose());
    document.getElementById("filters").replaceChildren(...filters());
    document.getElementById("switches").replaceChildren(...switches());
    const made = SECTIONS.map(([id, title, section]) => [id, title, section()]).filter(([, , node]) => node);
    document.getElementById("nav").replaceChildren(...made.map(([id, title]) => el("a", { href: "#" + id, onclick: (e) => { e.preventDefault(); document.getElementById(id).scrollIntoView(); } }, say(...title))));
    document.getElementById("main").replaceChildren(...made.map(([, , node]) => node), foot());
    follow();
  }
  drawDrawer();
}

function foot() {
  const run = data.run[0];
  return el("footer", {}, run ? say(`运行 ${run.run_id} · 规则包 ${run.packs_version} · 读 ${number(run.rows_read)} 行，隔离 ${number(run.rows_quarantined)} 行`, `Run ${run.run_id} · packs ${run.packs_version} · ${number(run.rows_read)} rows read, ${number(run.rows_quarantined)} quarantined`) : "",
    el("div", {}, say("本页不联网；数字与仓库集市一致，全部明细在 guize.duckdb。", "This page makes no request; its numbers are those of the marts, and all of the detail is in guize.duckdb.")));
}

let watcher = null;
function follow() {
  watcher?.disconnect();
  watcher = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) if (isIntersecting) document.querySelectorAll("nav a").forEach((a) => a.classList.toggle("on", a.getAttribute("href") === "#" + target.id));
  }, { rootMargin: "-120px 0px -70% 0px" });
  document.querySelectorAll("main section").forEach((section) => watcher.observe(section));
}

async function start() {
  await unpack();
  DEFAULTS.month = data.months.at(-1) ?? "";
  readAddress();
  if (new URLSearchParams(location.hash.slice(1)).get("month") === null) state.month = DEFAULTS.month;
  addEventListener("popstate", () => { readAddress(); draw(); });
  document.getElementById("veil").addEventListener("click", closeDrawer);
  addEventListener("keydown", (e) => e.key === "Escape" && state.open && closeDrawer());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
  document.documentElement.dataset.ready = "yes";
}
start().catch((error) => { document.getElementById("main").replaceChildren(el("p", { class: "empty" }, "打不开：" + error.message + " / cannot open; needs a browser of 2023 or later")); throw error; });

// A table that sorts, filters and copies to Excel.
// columns: [{key, title: [zh, en], show(row) -> text or node, value(row) -> sortable, num}]
function grid(list, columns, given = {}) {
  const box = el("div");
  if (!list.length) return el("div", { class: "panel empty" }, given.empty ?? say("没有数据。", "Nothing here."));
  let sortBy = given.sort ?? null, down = given.down ?? true, wanted = "", limit = given.limit ?? 100;
  const value = (column, row) => (column.value ? column.value(row) : row[column.key]);
  const text = (column, row) => { const shown = column.show ? column.show(row) : value(column, row); return shown instanceof Node ? shown.textContent : String(shown ?? ""); };

  function chosen() {
    let found = list;
    if (wanted) found = found.filter((row) => columns.some((column) => text(column, row).toLowerCase().includes(wanted)));
    const column = columns.find((c) => c.key === sortBy);
    if (column) {
      found = [...found].sort((a, b) => {
        const x = value(column, a), y = value(column, b);
        if (x === y) return 0;
        if (x === null || x === undefined) return 1; // unknown comes last either way
        if (y === null || y === undefined) return -1;
        return (x < y ? -1 : 1) * (down ? -1 : 1);
      });
    }
    return found;
  }

  function fill() {
    const found = chosen();
    body.replaceChildren(...found.slice(0, limit).map((row) => el("tr",
      given.open ? { class: "click", tabindex: 0, onclick: () => given.open(row), onkeydown: (e) => e.key === "Enter" && given.open(row) } : {},
      columns.map((column) => el("td", { class: column.num ? "num" : null }, column.show ? column.show(row) : value(column, row) ?? "")))));
    heads.forEach((head, no) => head.setAttribute("aria-sort", columns[no].key === sortBy ? (down ? "descending" : "ascending") : "none"));
    heads.forEach((head, no) => (head.querySelector("span").textContent = columns[no].key === sortBy ? (down ? " ↓" : " ↑") : ""));
    more.hidden = found.length <= limit;
    more.textContent = say(`再显示（共 ${found.length} 行）`, `Show more (${found.length} rows)`);
  }

  const heads = columns.map((column) => el("th", { class: column.num ? "num" : null, scope: "col" },
    el("button", { onclick: () => { down = sortBy === column.key ? !down : !!column.num; sortBy = column.key; fill(); } }, say(...column.title), el("span"))));
  const body = el("tbody");
  const more = el("button", { class: "pill", style: "margin:10px", onclick: () => { limit += 500; fill(); } });
  const tools = el("div", { class: "tools" },
    list.length > 8 ? el("input", { type: "search", placeholder: say("筛选", "Filter"), "aria-label": say("筛选", "Filter"), oninput: (e) => { wanted = e.target.value.trim().toLowerCase(); fill(); } }) : null,
    el("span", { class: "grow" }),
    el("button", { class: "pill", onclick: () => copy(chosen()) }, say("复制到 Excel", "Copy to Excel")));

  function copy(found) {
    const clean = (t) => t.replace(/[\t\r\n]+/g, " ").replace(/^([=+\-@])/, "'$1"); // never a formula
    const lines = [columns.map((c) => say(...c.title)), ...found.map((row) => columns.map((c) => clean(text(c, row))))];
    const tsv = lines.map((line) => line.join("\t")).join("\n");
    const old = () => { const area = el("textarea", {}, tsv); document.body.append(area); area.select(); document.execCommand("copy"); area.remove(); };
    const done = () => toast(say(`已复制 ${found.length} 行`, `${found.length} rows copied`));
    if (navigator.clipboard) navigator.clipboard.writeText(tsv).then(done, () => { old(); done(); });
    else { old(); done(); }
  }

  if (given.tools !== false) box.append(tools);
  box.append(el("div", { class: "scroll" }, el("table", {}, el("thead", {}, el("tr", {}, heads)), body), more));
  fill();
  return box;
}

// The two charts: breaches over time, and which behaviours cost most.
const charts = [];
const colors = new Map(); // emptied when the theme changes: asking for a style is dear
function css(name) {
  if (!colors.has(name)) colors.set(name, getComputedStyle(document.documentElement).getPropertyValue(name).trim());
  return colors.get(name);
}

function chart(node, option) {
  // laid out first, so that the chart finds its width
  requestAnimationFrame(() => {
    if (!node.isConnected) return;
    const made = echarts.init(node, null, { renderer: "svg" });
    made.setOption({ animation: false, textStyle: { fontFamily: "inherit", color: css("--soft") }, ...option });
    charts.push(made);
    if (option.onclick) made.on("click", option.onclick);
  });
  return node;
}
addEventListener("resize", () => charts.forEach((made) => made.resize()));

const axis = () => ({ axisLine: { lineStyle: { color: css("--line") } }, axisTick: { show: false }, axisLabel: { color: css("--soft") }, splitLine: { lineStyle: { color: css("--line") } } });
const tip = () => ({ trigger: "axis", confine: true, backgroundColor: css("--card"), borderColor: css("--line"), textStyle: { color: css("--ink") } });

function timeChart(list, key, show) {
  const days = [...new Set(list.map((row) => row.day))].sort();
  const at = new Map(days.map((day, no) => [day, no]));
  const series = ["confirmed", "contingent"].map((certainty) => {
    const values = days.map(() => 0);
    for (const row of list) if (row.certainty === certainty) values[at.get(row.day)] += row[key] ?? 0;
    return { name: say(...CERTAINTY[certainty]), type: "bar", stack: "all", barMaxWidth: 22, data: values.map((v) => +v.toFixed(2)), itemStyle: { color: css(certainty === "confirmed" ? "--red" : "--amber"), borderRadius: 2 } };
  });
  return chart(el("div", { class: "chart", role: "img", "aria-label": say("每日违规", "Breaches by day") }), {
    tooltip: { ...tip(), valueFormatter: show },
    legend: { right: 0, top: 0, textStyle: { color: css("--soft") }, itemWidth: 12, itemHeight: 12 },
    grid: { left: 4, right: 8, top: 34, bottom: 4, containLabel: true },
    xAxis: { type: "category", data: days, ...axis(), axisLabel: { color: css("--soft"), formatter: (day) => day.slice(5), hideOverlap: true } },
    yAxis: { type: "value", ...axis(), axisLine: { show: false } },
    series,
  });
}

function paretoChart(items, show) {
  const total = items.reduce((all, item) => all + item.value, 0) || 1;
  let run = 0;
  const line = items.map((item) => { run += item.value; return +((run / total) * 100).toFixed(1); });
  const crowded = items.length > 9 || innerWidth < 700;
  return chart(el("div", { class: "chart", role: "img", "aria-label": say("行为帕累托图", "Pareto of behaviours") }), {
    tooltip: { ...tip(), formatter: ([at]) => `${escaped(items[at.dataIndex].name)}<br>${show(round2(items[at.dataIndex].value))}<br>${say("累计", "cumulative")} ${line[at.dataIndex]}%` },
    grid: { left: 4, right: 8, top: 16, bottom: 4, containLabel: true },
    xAxis: { type: "category", data: items.map((item) => item.name), ...axis(), axisLabel: { color: css("--soft"), interval: 0, rotate: crowded ? 38 : 0, width: 96, overflow: "truncate" } },
    yAxis: [{ type: "value", ...axis(), axisLine: { show: false } }, { type: "value", max: 100, ...axis(), axisLine: { show: false }, splitLine: { show: false }, axisLabel: { color: css("--soft"), formatter: "{value}%" } }],
    series: [
      { name: say(...CERTAINTY[state.certainty]), type: "bar", barMaxWidth: 44, data: items.map((item) => round2(item.value)), itemStyle: { color: css(state.certainty === "confirmed" ? "--red" : "--amber"), borderRadius: [4, 4, 0, 0] } },
      { name: say("累计占比", "cumulative"), type: "line", yAxisIndex: 1, data: line, symbolSize: 6, itemStyle: { color: css("--ink") }, lineStyle: { width: 1.5, color: css("--ink") } }],
    onclick: (at) => openDrawer("behaviour|" + items[at.dataIndex].concept),
  });
}
const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

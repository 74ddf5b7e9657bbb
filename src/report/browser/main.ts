/*
 * What the report does with JavaScript: charts, sorting, filters. It reads the embedded data, writes text nodes only, and
 * needs no network. The tables are there without it.
 */
import { BarChart, SankeyChart } from "echarts/charts";
import { GridComponent, MarkLineComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";
import type { Flow, ReportData } from "../data.js";
import { draw } from "./chart.js";
import { histogram } from "./histogram.js";
import { sankey } from "./sankey.js";
import { enhance } from "./table.js";
import { tooltip } from "./tip.js";

echarts.use([SankeyChart, BarChart, GridComponent, MarkLineComponent, LabelLayout, SVGRenderer]);

const data = JSON.parse(document.getElementById("byoml-data")!.textContent!) as ReportData;

// The rows as they were written, before any sorting: row i is data.unusual[i].
const rows = [...document.querySelectorAll<HTMLTableRowElement>("#unusual-table tbody tr")];
for (const table of document.querySelectorAll<HTMLTableElement>("table.rows")) enhance(table);

const tip = tooltip();
const flows = document.getElementById("flows-chart");
const flowChart = sankey(data, reveal);
if (flows !== null) draw(flows, flowChart, tip);
const scores = document.getElementById("scores-chart");
if (scores !== null) draw(scores, histogram(data, flowChart.height(0)), tip);

/** Shows the table's row of an unusual access. */
function reveal({ user, res }: Flow): void {
  const row = rows[data.unusual.findIndex((access) => access.user === user && access.res === res)];
  if (row === undefined) return;
  for (const other of rows) other.classList.toggle("target", other === row);
  row.dispatchEvent(new Event("reveal", { bubbles: true }));
  row.scrollIntoView({ block: "center" });
}

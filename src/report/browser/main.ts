/*!
 * The charts of this report are drawn by:
 *
 * Apache ECharts, Copyright 2017-2026 The Apache Software Foundation. This product includes software developed at The Apache
 * Software Foundation. Licensed under the Apache License, Version 2.0: http://www.apache.org/licenses/LICENSE-2.0
 *
 * ZRender, Copyright (c) 2017, Baidu Inc., and parts of d3, Copyright 2010-2016 Mike Bostock. All rights reserved.
 *
 * Redistribution and use in source and binary forms, with or without
 * modification, are permitted provided that the following conditions are met:
 *
 * * Redistributions of source code must retain the above copyright notice, this
 *   list of conditions and the following disclaimer.
 *
 * * Redistributions in binary form must reproduce the above copyright notice,
 *   this list of conditions and the following disclaimer in the documentation
 *   and/or other materials provided with the distribution.
 *
 * * Neither the name of the copyright holder nor the names of its
 *   contributors may be used to endorse or promote products derived from
 *   this software without specific prior written permission.
 *
 * THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS"
 * AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE
 * IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
 * DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE
 * FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
 * DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
 * SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER
 * CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY,
 * OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
 * OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
 */
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
document.getElementById("without-script")?.remove();

/** Shows the table's row of an unusual access. */
function reveal({ user, res }: Flow): void {
  const row = rows[data.unusual.findIndex((access) => access.user === user && access.res === res)];
  if (row === undefined) return;
  for (const other of rows) other.classList.toggle("target", other === row);
  row.dispatchEvent(new Event("reveal", { bubbles: true }));
  row.scrollIntoView({ block: "center" });
}

import { shorten } from "../base/text.js";
import type { ReportData } from "./data.js";
import { days } from "./format.js";
import { embeddedJson, html, inlineName, trusted } from "./html.js";
import { contentSecurityPolicy, readScript } from "./script.js";
import { charts } from "./sections/charts.js";
import { guide } from "./sections/guide.js";
import { modelSection } from "./sections/model.js";
import { newcomers } from "./sections/newcomers.js";
import { readingSection } from "./sections/reading.js";
import { summary } from "./sections/summary.js";
import { unusualSection } from "./sections/unusual.js";
import { style } from "./style.js";

/**
 * Renders a report as one HTML file that needs nothing else and loads nothing: text and tables are there without JavaScript,
 * charts, sorting and filters come with it.
 *
 * @throws ByomlError  when the chart script was not built
 */
export function renderReport(data: ReportData): string {
  const script = readScript();
  const span = days(data.reading.firstDay, data.reading.lastDay);
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(script, style)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="byoml ${shorten(data.version, 40)}">
<title>${shorten(data.title, 120)}</title>
<style>${trusted(style)}</style>
</head>
<body>
<header>
<h1>${inlineName(data.title, 120)}</h1>
<p>${span === null ? null : html`Accesses of ${span} · `}written ${data.generatedAt.slice(0, 16).replace("T", " ")} by byoml ${shorten(data.version, 40)} · model <b>${inlineName(data.model.directory)}</b></p>
</header>
<main>
${summary(data)}
${charts(data)}
${unusualSection(data)}
${newcomers(data)}
${readingSection(data.reading)}
${modelSection(data.model)}
${guide(data.summary)}
</main>
<footer>This file holds names of users and resources: share it as you would share the logs. It loads nothing and sends nothing. Charts: Apache ECharts (Apache License 2.0).</footer>
<script type="application/json" id="byoml-data">${trusted(embeddedJson(data))}</script>
<script>${trusted(script)}</script>
</body>
</html>
`.text;
}

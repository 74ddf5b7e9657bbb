import type { ReportModel } from "../data.js";
import { days, number } from "../format.js";
import { html, inlineName, type Markup, name } from "../html.js";
import { facts } from "./facts.js";

/** Which model scored and how it was trained. */
export function modelSection({ directory, trainedOn, parameters, counts }: ReportModel): Markup {
  const values = Object.entries(parameters);
  return html`<section aria-labelledby="model">
<h2 id="model">The model</h2>
${facts([
  ["Directory", name(directory)],
  [
    "Trained on",
    trainedOn === null
      ? html`<span class="none">not recorded</span>`
      : (days(trainedOn.firstDay, trainedOn.lastDay) ?? "days not known"),
  ],
  ["Training rows", trainedOn === null ? null : number(trainedOn.rows)],
  ["Tenants", number(counts.tenants)],
  ["Users", number(counts.users)],
  ["Resources", number(counts.resources)],
  ["Accesses", number(counts.accesses)],
])}
${
  trainedOn === null || trainedOn.sources.length === 0
    ? null
    : html`<h3>Sources</h3><ul class="files">${trainedOn.sources.map((source) => html`<li>${name(source)}</li>`)}</ul>`
}
${
  values.length === 0
    ? null
    : html`<h3>Parameters</h3>${facts(values.map(([key, value]) => [key, value === null ? html`<span class="none">none</span>` : inlineName(String(value), 120)]))}`
}
</section>`;
}

import type { ReportData } from "../data.js";
import { html, type Markup } from "../html.js";

/**
 * The places of the charts, with what they say in words; the browser script draws into them and takes the last line away,
 * which so stays wherever the script does not run, for whatever reason.
 */
export function charts({ flows, histogram, summary }: ReportData): Markup {
  return html`<div class="charts">
<section aria-labelledby="flows">
<h2 id="flows">Who uses what</h2>
${
  flows.length === 0
    ? html`<p class="empty">There are no accesses to draw.</p>`
    : html`<p class="hint">Users with unusual accesses and the busiest ones (left), and their resources (right). The wider a band, the more accesses, logarithmically.</p>
<p class="legend"><span class="key usual"></span> other accesses <span class="key unusual"></span> unusual: dashed border, marked ▲ with its score</p>
<div class="chart" id="flows-chart" role="img" aria-label="Sankey diagram of the top users and the resources that they use; the unusual ones are in the table of unusual accesses"></div>`
}
</section>
<section aria-labelledby="scores">
<h2 id="scores">How unusual the accesses are</h2>
${
  histogram.length === 0
    ? html`<p class="empty">No access has a finite score.</p>`
    : html`<p class="hint">Scores of all accesses that the model knows; 0 is the average of its training, higher is more unusual.${summary.byReason.disconnected > 0 ? " Disconnected accesses have no finite score and are not drawn." : ""}</p>
<div class="chart" id="scores-chart" role="img" aria-label="Distribution of the scores, with the threshold"></div>`
}
</section>
</div>
<p class="empty" id="without-script">Charts, filters and sorting need JavaScript; the tables below have the same accesses.</p>`;
}

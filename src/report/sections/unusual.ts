import type { Reason } from "../../access/types.js";
import type { ReportData, UnusualAccess } from "../data.js";
import { explanation } from "../explain.js";
import { days, number, plural, score } from "../format.js";
import { html, inlineName, type Markup, name, type Part } from "../html.js";

/** The accesses that deserve a look, each with the reason in a sentence. */
export function unusualSection({ unusual, summary }: ReportData): Markup {
  const tenants = new Set(unusual.map((access) => access.tenant)).size > 1;
  const more = summary.threshold === null ? 0 : summary.aboveThreshold - unusual.length;
  return html`<section aria-labelledby="unusual">
<h2 id="unusual">Unusual accesses</h2>
${unusual.length === 0 ? html`<p class="empty">No access is unusual enough to be listed.</p>` : table(unusual, tenants)}
${more > 0 ? html`<p class="hint">${plural(more, "more access is", "more accesses are")} above the threshold; the list has the most unusual ones.</p>` : null}
</section>`;
}

function table(unusual: readonly UnusualAccess[], tenants: boolean): Markup {
  return html`<table class="rows unusual" id="unusual-table" data-filter="Filter by user, resource or explanation" data-first="25">
<thead><tr><th scope="col" data-type="number">Score</th><th scope="col">User</th><th scope="col">Resource</th>${tenants ? html`<th scope="col">Tenant</th>` : null}<th scope="col" data-type="number">Accesses</th><th scope="col">Days</th><th scope="col">Why</th></tr></thead>
<tbody>
${unusual.map((access) => row(access, tenants))}
</tbody>
</table>`;
}

function row(access: UnusualAccess, tenants: boolean): Markup {
  const span = days(access.firstDay, access.lastDay);
  return html`<tr>
<td data-label="Score" data-sort="${sortable(access)}">${verdict(access)}</td>
<td data-label="User">${name(access.user)}</td>
<td data-label="Resource">${name(access.res)}</td>
${tenants ? html`<td data-label="Tenant">${name(access.tenant)}</td>` : null}
<td data-label="Accesses" data-sort="${access.count}" class="number">${number(access.count)}</td>
<td data-label="Days" data-sort="${span ?? ""}" class="days">${span === null ? html`<span class="none">not known</span>` : span.split(/ (?=to )/).map((part) => html`<span>${words(part)}</span> `)}</td>
<td data-label="Why" class="why">${explanation(access).map((piece) => (typeof piece === "string" ? words(piece) : inlineName(piece.name)))}</td>
</tr>
`;
}

/** Words with their dates kept in one piece at the end of a line. */
const words = (text: string): Part =>
  text.split(/(\d{4}-\d{2}-\d{2})/).map((piece, i) => (i % 2 === 0 ? piece : html`<span class="day">${piece}</span>`));

const badges: Readonly<Record<Reason, string>> = {
  scored: "no score",
  disconnected: "disconnected",
  seen: "seen before",
  "unknown-user": "new user",
  "unknown-resource": "new resource",
  "unknown-both": "both new",
};

function verdict({ score: value, reason }: UnusualAccess): Markup {
  if (reason === "scored" && value !== null) return html`<span class="score">${score(value)}</span>`;
  return html`<span class="badge ${reason}">${badges[reason]}</span>`;
}

/** Disconnected accesses, whose score is infinite, come first; those without a score last. */
function sortable({ score: value, reason }: UnusualAccess): string {
  return reason === "disconnected" ? "Infinity" : value === null ? "" : String(value);
}

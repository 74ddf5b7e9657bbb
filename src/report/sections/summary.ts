import type { ReportData } from "../data.js";
import { number, plural, score } from "../format.js";
import { html, type Markup } from "../html.js";

/** The verdict in one sentence and the counts behind it. */
export function summary(data: ReportData): Markup {
  const { byReason, accesses, allowListed } = data.summary;
  const unknown = byReason["unknown-user"] + byReason["unknown-resource"] + byReason["unknown-both"];
  return html`<section class="summary" aria-labelledby="summary">
<h2 id="summary" class="verdict">${verdict(data)}</h2>
<ul class="cards">
${card("Accesses", accesses, "distinct pairs of user and resource", "")}
${card("Scored", byReason.scored, "by the model", "")}
${card("Disconnected", byReason.disconnected, "no chain of shared accesses", byReason.disconnected > 0 ? "alert" : "")}
${card("Unknown", unknown, `${number(byReason["unknown-user"])} by new users, ${number(byReason["unknown-resource"])} of new resources, ${number(byReason["unknown-both"])} both`, "")}
${card("Seen before", byReason.seen, "in the history of accesses", "")}
${card("Allow-listed", allowListed, "records of users on the allow list, left out", "")}
</ul>
</section>`;
}

function verdict({ summary, unusual }: ReportData): Markup {
  const { accesses, aboveThreshold, threshold } = summary;
  if (accesses === 0) return html`There were no accesses to look at.`;
  if (threshold === null)
    return unusual.length === 0
      ? html`No access stands out among ${plural(accesses, "access", "accesses")}. No threshold is set.`
      : html`The <strong>${plural(unusual.length, "most unusual access", "most unusual accesses")}</strong> of ${number(accesses)} are listed. No threshold is set.`;
  const limit = html`the threshold of ${score(threshold)}`;
  if (aboveThreshold === 0)
    return html`None of ${plural(accesses, "access", "accesses")} is unusual: none is above ${limit}.`;
  return html`<strong>${number(aboveThreshold)} of ${plural(accesses, "access", "accesses")}</strong> ${aboveThreshold === 1 ? "is" : "are"} unusual: above ${limit}.`;
}

function card(label: string, count: number, note: string, tone: string): Markup {
  return html`<li class="card ${tone}"><span class="label">${label}</span> <span class="figure">${number(count)}</span> <span class="note">${note}</span></li>`;
}

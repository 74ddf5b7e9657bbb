import type { ReportSummary } from "../data.js";
import { score } from "../format.js";
import { html, type Markup } from "../html.js";

/** How to read a score, for who sees the first report. */
export function guide({ threshold }: ReportSummary): Markup {
  return html`<section aria-labelledby="guide">
<h2 id="guide">How to read this report</h2>
<ul class="guide">
<li><b>Score.</b> The model learned from past accesses which users use which resources. A score says by how many standard deviations an access lies below what the model expects of accesses like those it was trained on: 0 is usual, ${threshold === null ? "higher is more unusual" : html`${score(threshold)} and more is listed as unusual`}.</li>
<li><b>Disconnected.</b> The user and the resource have nothing in common, not even through other users: the strongest sign there is, and without a number.</li>
<li><b>New.</b> A user or a resource that was not in the training data cannot be scored. Many of them mean that the model is due for training.</li>
<li><b>Unusual is not malicious.</b> A new task, a move to another team or a migration looks the same. Ask the owner of the resource, look at what else the account did on these days, and allow-list what turns out to be fine.</li>
<li><b>Hidden characters</b> in names are shown as <span class="hidden">\\u{…}</span> with their code; a name with them deserves a second look.</li>
</ul>
</section>`;
}

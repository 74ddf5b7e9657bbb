import type { Newcomers, ReportData } from "../data.js";
import { number } from "../format.js";
import { html, type Markup, name } from "../html.js";

/** Users and resources that the model has never seen: it cannot score them, so a person should know of them. */
export function newcomers({ newUsers, newResources }: ReportData): Markup {
  return html`<div class="pair">
${section(newUsers, "new-users", "New users", "User", "The model knows every user.")}
${section(newResources, "new-resources", "New resources", "Resource", "The model knows every resource.")}
</div>`;
}

function section({ total, list }: Newcomers, id: string, title: string, label: string, none: string): Markup {
  if (total === 0)
    return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2><p class="empty">${none}</p></section>`;
  const tenants = new Set(list.map((entry) => entry.tenant)).size > 1;
  const more = total - list.length;
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${title} <span class="count">${number(total)}</span></h2>
<p class="hint">Never seen in training, so without a score; train again to include them.</p>
<table class="rows" data-filter="Filter new ${label.toLowerCase()}s" data-first="10">
<thead><tr><th scope="col">${label}</th>${tenants ? html`<th scope="col">Tenant</th>` : null}<th scope="col" data-type="number">Accesses</th></tr></thead>
<tbody>
${list.map(
  (
    entry,
  ) => html`<tr><td data-label="${label}">${name(entry.name)}</td>${tenants ? html`<td data-label="Tenant">${name(entry.tenant)}</td>` : null}<td data-label="Accesses" data-sort="${entry.accesses}" class="number">${number(entry.accesses)}</td></tr>
`,
)}
</tbody>
</table>
${more > 0 ? html`<p class="hint">and ${number(more)} more</p>` : null}
</section>`;
}

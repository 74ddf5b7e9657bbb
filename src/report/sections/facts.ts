import { html, inlineName, type Markup, type Part } from "../html.js";

/** A list of facts: term and value; those without a value are left out. */
export function facts(rows: readonly (readonly [term: string, value: Part])[]): Markup {
  const known = rows.filter(([, value]) => value !== null);
  return html`<dl class="facts">${known.map(([term, value]) => html`<div><dt>${inlineName(term)}</dt><dd>${value}</dd></div>`)}</dl>`;
}

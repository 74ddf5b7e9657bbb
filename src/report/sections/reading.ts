import type { Reading } from "../data.js";
import { bytes, days, number, plural } from "../format.js";
import { html, inlineName, type Markup, name } from "../html.js";
import { facts } from "./facts.js";

/** What was read and, more important, what was not: an access in a line that was left out has no score. */
export function readingSection(reading: Reading): Markup {
  const leftOut = Object.entries(reading.leftOut);
  const { badLines, torn, ignoredFiles } = reading;
  return html`<section aria-labelledby="reading">
<h2 id="reading">What was read</h2>
${facts([
  ["Files", number(reading.files)],
  ["Size", bytes(reading.bytes)],
  ["Records", number(reading.records)],
  ["Lines passed over, as they cannot match", reading.discarded > 0 ? number(reading.discarded) : null],
  ["Records counted", number(reading.counted)],
  ["Days", days(reading.firstDay, reading.lastDay)],
  ["Records without a time", number(reading.noTime)],
  ["Lines with a key twice", reading.duplicateKeys > 0 ? number(reading.duplicateKeys) : null],
  ["Lines that cannot be read", number(badLines.count)],
])}
${
  leftOut.length === 0
    ? null
    : html`<h3>Records left out</h3>
${facts(leftOut.map(([reason, count]) => [reason, number(count)]))}`
}
${badLines.samples.length === 0 ? null : badLineTable(badLines)}
${
  torn.length === 0
    ? null
    : html`<h3>Files with an incomplete last line</h3>
<p class="hint">They may still have been written to; run again to read the rest.</p>
<ul class="files">${torn.map(({ file, offset }) => html`<li>${name(file)} <span class="none">from byte ${number(offset)}</span></li>`)}</ul>`
}
${ignoredFiles === 0 ? null : html`<p class="hint">${plural(ignoredFiles, "file")} of other kinds in the folders were not read.</p>`}
</section>`;
}

function badLineTable({ count, samples }: Reading["badLines"]): Markup {
  const rest = count - samples.length;
  return html`<h3>Lines that cannot be read</h3>
<table class="rows">
<thead><tr><th scope="col">File</th><th scope="col" data-type="number">Line</th><th scope="col" data-type="number">Byte</th><th scope="col">What is wrong</th></tr></thead>
<tbody>
${samples.map(
  (
    bad,
  ) => html`<tr><td data-label="File">${name(bad.file)}</td><td data-label="Line" data-sort="${bad.line}" class="number">${number(bad.line)}</td><td data-label="Byte" data-sort="${bad.offset ?? -1}" class="number">${bad.offset === null ? "" : number(bad.offset)}</td><td data-label="What is wrong">${inlineName(bad.message, 300)}</td></tr>
`,
)}
</tbody>
</table>
${rest > 0 ? html`<p class="hint">and ${plural(rest, "more line")}</p>` : null}`;
}

/** Rules for a table whose rows are cards: a label before each cell, and the headers as a line of buttons to sort by. */
const stacked = (table: string): string => `
  ${table}, ${table} :is(tbody, thead, tr, td, th) { display: block; }
  ${table} thead tr { display: flex; flex-wrap: wrap; gap: 2px 14px; padding-bottom: 6px; border-bottom: 1px solid var(--line); }
  ${table} :is(th, td) { padding: 2px 0; border: 0; text-align: left; }
  ${table} tbody tr { padding: 10px 0; border-bottom: 1px solid var(--line); }
  ${table} tbody tr:last-child { border-bottom: 0; }
  ${table} td { display: grid; grid-template-columns: 84px minmax(0, 1fr); }
  ${table} td::before { content: attr(data-label); color: var(--soft); font-size: 13px; }
  ${table} td > * { justify-self: start; }`;

/** The report's style sheet: light and dark, 400 px and up, paper. No address in it, so nothing is loaded. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f4f6f9; --sheet: #ffffff; --ink: #18212d; --soft: #586575; --line: #e1e6ed; --stripe: #f8fafc;
  --accent: #2b5fc4; --alert: #b8410b; --alert-sheet: #fdeee4; --mark: #fff1b8; --usual: #9db2cf;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1319; --sheet: #161d26; --ink: #e4e9f0; --soft: #9aa8b8; --line: #2a3441; --stripe: #1a222c;
    --accent: #84abff; --alert: #ff9d62; --alert-sheet: #3a2416; --mark: #514512; --usual: #4d6384;
  }
}
@media print {
  :root {
    color-scheme: light;
    --page: #ffffff; --sheet: #ffffff; --ink: #000000; --soft: #444444; --line: #cccccc; --stripe: #ffffff;
    --accent: #1c4da8; --alert: #a23605; --alert-sheet: #ffffff; --mark: #eeeeee; --usual: #9db2cf;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere; }
header, main, footer { max-width: 1280px; margin: 0 auto; padding: 0 28px; }
header { padding-top: 30px; }
h1 { font-size: 25px; line-height: 1.25; margin: 0; letter-spacing: -0.01em; }
header p { color: var(--soft); margin: 4px 0 0; }
h2 { font-size: 17px; line-height: 1.3; margin: 0 0 4px; }
h3 { font-size: 14px; margin: 18px 0 6px; }
section { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px; margin: 18px 0 0; min-width: 0; }
section.summary { background: none; border: 0; padding: 0; margin-top: 20px; }
.verdict { font-size: 19px; font-weight: 400; margin-bottom: 14px; }
.verdict strong { color: var(--alert); font-weight: 650; }
.hint, .empty, footer { color: var(--soft); }
.hint, .legend { font-size: 13px; margin: 0 0 8px; }
.empty { margin: 6px 0 0; }
footer { font-size: 13px; padding-top: 18px; padding-bottom: 32px; }

.cards { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 12px; }
.card { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px; display: flex; flex-direction: column; }
.card .label { font-size: 13px; color: var(--soft); }
.card .figure { font-size: 25px; line-height: 1.25; font-weight: 620; font-variant-numeric: tabular-nums; letter-spacing: -0.01em; }
.card .note { font-size: 12px; line-height: 1.35; color: var(--soft); }
.card.alert { border-color: var(--alert); }
.card.alert .figure { color: var(--alert); }

.charts { display: grid; grid-template-columns: minmax(0, 13fr) minmax(0, 7fr); gap: 18px; }
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 18px; align-items: start; }
.chart { width: 100%; overflow: hidden; }
.chart svg { display: block; }
.key { display: inline-block; width: 26px; height: 11px; margin: 0 4px 0 0; vertical-align: -1px; border-radius: 2px; background: var(--usual); }
.key.unusual { margin-left: 14px; background: var(--alert-sheet); border: 1.5px dashed var(--alert); }

table { width: 100%; border-collapse: collapse; font-size: 14px; }
th, td { text-align: left; vertical-align: top; padding: 8px 10px; border-bottom: 1px solid var(--line); }
th { font-size: 13px; font-weight: 600; color: var(--soft); white-space: nowrap; }
tbody tr:last-child td { border-bottom: 0; }
tbody tr:hover td { background: var(--stripe); }
tbody tr.target td { background: var(--alert-sheet); }
th:first-child, td:first-child { padding-left: 4px; }
.number, th[data-type="number"] { text-align: right; font-variant-numeric: tabular-nums; }
.unusual td:first-child, .unusual th:first-child { text-align: left; }
.score { font-weight: 650; font-variant-numeric: tabular-nums; color: var(--alert); }
.badge { display: inline-block; font-size: 12px; line-height: 1.5; padding: 1px 8px; border-radius: 9px; border: 1px solid var(--line); color: var(--soft); white-space: nowrap; }
.badge.disconnected { color: var(--alert); background: var(--alert-sheet); border-color: var(--alert); font-weight: 600; }
.unusual td:nth-child(2), .unusual td:nth-child(3) { min-width: 185px; max-width: 300px; }
.why { min-width: 240px; color: var(--soft); }
.why .name { color: var(--ink); }
.day { white-space: nowrap; }
.days { min-width: 124px; }
.days > span { display: block; }
.none, .blank { color: var(--soft); }
.count { font-weight: 400; color: var(--soft); }

th button { font: inherit; color: inherit; background: none; border: 0; padding: 0; margin: 0; cursor: pointer; }
th button::after { content: "\\2195"; opacity: 0.35; margin-left: 5px; }
th[aria-sort="ascending"] button::after { content: "\\2191"; opacity: 1; }
th[aria-sort="descending"] button::after { content: "\\2193"; opacity: 1; }
th[aria-sort="ascending"], th[aria-sort="descending"] { color: var(--ink); }
.tools { display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: center; margin: 8px 0; }
.tools input { flex: 0 1 340px; min-width: 0; font: inherit; font-size: 14px; padding: 6px 10px; color: var(--ink); background: var(--page); border: 1px solid var(--line); border-radius: 7px; }
.tools output { font-size: 13px; color: var(--soft); }
.more { font: inherit; font-size: 14px; margin-top: 10px; padding: 6px 14px; color: var(--accent); background: none; border: 1px solid var(--line); border-radius: 7px; cursor: pointer; }
button:focus-visible, input:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }

/* Names: inline blocks that clip, so that stacked combining marks cannot paint over other rows. */
.name { overflow-wrap: anywhere; word-break: normal; }
td .name, li .name, dd .name { display: inline-block; max-width: 100%; overflow: hidden; vertical-align: bottom; }
.why .name { display: inline; }
.long summary { cursor: pointer; }
.long[open] summary { color: var(--soft); }
.whole { display: block; max-height: 200px; overflow: auto; margin-top: 6px; padding: 6px 8px; font: 12px/1.45 ui-monospace, Consolas, monospace; background: var(--page); border-radius: 6px; user-select: all; }
.hidden { font: 0.86em ui-monospace, Consolas, monospace; background: var(--mark); border-radius: 3px; padding: 0 2px; }

.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 190px), 1fr)); gap: 10px 20px; margin: 8px 0 0; }
.facts dt { font-size: 13px; color: var(--soft); }
.facts dd { margin: 0; font-variant-numeric: tabular-nums; }
.files { margin: 0; padding-left: 20px; }
.guide { margin: 6px 0 0; padding-left: 20px; max-width: 100ch; }
.guide li { margin: 4px 0; }

.tip { position: fixed; z-index: 9; left: 0; top: 0; max-width: min(440px, 92vw); padding: 8px 11px; font-size: 13px; line-height: 1.45; color: var(--ink); background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; box-shadow: 0 6px 22px rgb(0 0 0 / 0.22); pointer-events: none; }
.tip b, .tip span { display: block; }
.tip span { color: var(--soft); }
[hidden] { display: none !important; }

@media (max-width: 1240px) {
  .unusual td:nth-child(2), .unusual td:nth-child(3) { min-width: 130px; }
}
@media (max-width: 1000px) {
  .charts, .pair { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .cards { grid-template-columns: repeat(3, minmax(0, 1fr)); }
}
@media screen and (max-width: 1100px) {
  header, main, footer { padding-left: 14px; padding-right: 14px; }
  section { padding: 14px; }
${stacked(".unusual")}
  .unusual td:nth-child(n) { min-width: 0; max-width: none; }
  .unusual tbody tr { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 290px), 1fr)); gap: 0 14px; }
  .unusual .why { display: block; grid-column: 1 / -1; }
  .unusual .why::before { display: none; }
  .days > span { grid-column: 2; }
}
@media screen and (max-width: 600px) {
  .cards { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px; }
${stacked(".rows:not(.unusual)")}
}
@media print {
  body { font-size: 11px; }
  header, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
  section { border: 0; padding: 0; break-inside: auto; }
  .charts { display: block; }
  .chart, tr, .card { break-inside: avoid; }
  table { font-size: 10px; }
  .tools, .more, .tip { display: none; }
  th button::after { content: none !important; }
  tr[hidden].later { display: table-row !important; }
}
`;

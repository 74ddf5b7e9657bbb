import { number } from "../format.js";

/** Makes a table sortable by its headers, filterable where it asks for it, and shows its first rows until asked for more. */
export function enhance(table: HTMLTableElement): void {
  const body = table.tBodies[0];
  if (body === undefined) return;
  const rows = [...body.rows];
  let first = Number(table.dataset["first"] ?? Number.POSITIVE_INFINITY);
  let wanted = "";

  const input = document.createElement("input");
  const more = document.createElement("button");
  const status = document.createElement("output");
  const update = (): void => {
    let matching = 0;
    let shown = 0;
    for (const row of body.rows) {
      const matches = wanted === "" || (row.textContent ?? "").toLowerCase().includes(wanted);
      if (matches) matching++;
      const later = matches && wanted === "" && matching > first;
      row.classList.toggle("later", later);
      row.hidden = !matches || later;
      if (!row.hidden) shown++;
    }
    more.hidden = shown === matching;
    more.textContent = `Show all ${number(matching)}`;
    status.textContent = wanted === "" ? "" : `${number(matching)} of ${number(rows.length)} match`;
  };

  sortable(table, body, update);
  if (table.dataset["filter"] !== undefined && rows.length > 1)
    table.before(tools(input, table.dataset["filter"], status));
  input.addEventListener("input", () => {
    wanted = input.value.toLowerCase();
    update();
  });
  more.type = "button";
  more.className = "more";
  more.addEventListener("click", () => {
    first = Number.POSITIVE_INFINITY;
    update();
  });
  table.after(more);
  table.addEventListener("reveal", (event) => {
    first = Number.POSITIVE_INFINITY;
    if (event.target instanceof HTMLElement && event.target.hidden) wanted = input.value = "";
    update();
  });
  update();
}

function tools(input: HTMLInputElement, hint: string, status: HTMLOutputElement): HTMLElement {
  input.type = "search";
  input.placeholder = hint;
  input.setAttribute("aria-label", hint);
  input.autocomplete = "off";
  input.spellcheck = false;
  const bar = document.createElement("div");
  bar.className = "tools";
  bar.append(input, status);
  return bar;
}

/** Turns each header into a button; the first click sorts numbers from the highest, text from the start. */
function sortable(table: HTMLTableElement, body: HTMLTableSectionElement, sorted: () => void): void {
  const headers = [...(table.tHead?.rows[0]?.cells ?? [])];
  headers.forEach((header, column) => {
    const numeric = header.dataset["type"] === "number";
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => {
      const now = header.getAttribute("aria-sort");
      const descending = now === null ? numeric : now === "ascending";
      for (const other of headers) other.removeAttribute("aria-sort");
      header.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const order = numeric ? byNumber(column, descending) : byText(column, descending);
      body.append(...[...body.rows].sort(order));
      sorted();
    });
  });
}

type Order = (a: HTMLTableRowElement, b: HTMLTableRowElement) => number;

const key = (row: HTMLTableRowElement, column: number): string => {
  const cell = row.cells[column];
  return cell?.dataset["sort"] ?? cell?.querySelector("bdi")?.textContent ?? cell?.textContent ?? "";
};

/** Cells without a value stay last in either direction; equal ones keep their order. */
function byNumber(column: number, descending: boolean): Order {
  const last = descending ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const value = (row: HTMLTableRowElement): [number, number] => {
    const text = key(row, column);
    return text === "" ? [1, last] : [0, Number(text)];
  };
  return (a, b) => {
    const [noneA, x] = value(a);
    const [noneB, y] = value(b);
    return noneA - noneB || (x === y ? 0 : x < y === descending ? 1 : -1);
  };
}

function byText(column: number, descending: boolean): Order {
  const { compare } = new Intl.Collator("en", { numeric: true });
  return (a, b) => (descending ? -1 : 1) * compare(key(a, column), key(b, column));
}

/*
 * The charts' tooltip. ECharts' own takes HTML or rich text, and `{a|b}` in a name would be read as rich text; this one is
 * made of text nodes only.
 */
export interface Tip {
  /** Lines of text; the first ones are names and set apart. */
  show(names: readonly string[], lines: readonly string[], x: number, y: number): void;
  hide(): void;
}

export function tooltip(): Tip {
  const box = document.createElement("div");
  box.className = "tip";
  box.hidden = true;
  document.body.append(box);
  const line = (tag: "b" | "span", text: string): HTMLElement => {
    const element = document.createElement(tag);
    const isolated = document.createElement("bdi");
    isolated.textContent = text;
    element.append(isolated);
    return element;
  };
  return {
    show(names, lines, x, y) {
      box.replaceChildren(...names.map((text) => line("b", text)), ...lines.map((text) => line("span", text)));
      box.hidden = false;
      const { width, height } = box.getBoundingClientRect();
      const left = x + 16 + width > innerWidth ? x - 16 - width : x + 16;
      const top = y + 16 + height > innerHeight ? y - 16 - height : y + 16;
      box.style.left = `${Math.max(6, left)}px`;
      box.style.top = `${Math.max(6, top)}px`;
    },
    hide() {
      box.hidden = true;
    },
  };
}

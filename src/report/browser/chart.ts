import type { EChartsCoreOption } from "echarts/core";
import * as echarts from "echarts/core";
import type { Palette } from "./palette.js";
import { dark, light } from "./palette.js";
import type { Tip } from "./tip.js";

/** What ECharts tells of the element under the pointer, as far as it is used. */
export interface Pointed {
  dataType?: string;
  dataIndex: number;
}

export interface Chart {
  /** The height that suits the data at this width, in pixels. */
  height(width: number): number;
  option(width: number, colours: Palette): EChartsCoreOption;
  /** Names and lines of the tooltip. */
  details(pointed: Pointed): { names: string[]; lines: string[] } | null;
  /** A click; most charts have nothing to do. */
  open?(pointed: Pointed): void;
}

/** Width on paper: A4 and letter between usual margins. */
const PAPER_WIDTH = 680;

/** ECharts fails on a chart without area, which a window on its way in or out may ask for. */
const LEAST_WIDTH = 200;

/** Draws a chart into an element, and again when its width or the colour scheme changes, or for paper. */
export function draw(element: HTMLElement, chart: Chart, tip: Tip): void {
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  let width = Math.max(LEAST_WIDTH, element.clientWidth);
  element.style.height = `${chart.height(width)}px`;
  const drawn = echarts.init(element, null, { renderer: "svg", width, height: chart.height(width) });

  const redraw = (paper: boolean): void => {
    if (!paper) width = Math.max(LEAST_WIDTH, element.clientWidth);
    const drawnWidth = paper ? PAPER_WIDTH : width;
    const height = chart.height(drawnWidth);
    element.style.height = `${height}px`;
    drawn.resize({ width: drawnWidth, height });
    drawn.setOption(chart.option(drawnWidth, !paper && scheme.matches ? dark : light), { notMerge: true });
    drawn.getZr().flush();
  };
  redraw(false);
  new ResizeObserver(() => {
    if (element.clientWidth > 0 && element.clientWidth !== width) redraw(false);
  }).observe(element);
  scheme.addEventListener("change", () => redraw(false));
  addEventListener("beforeprint", () => redraw(true));
  addEventListener("afterprint", () => redraw(false));

  drawn.on("mousemove", (event) => {
    const details = chart.details(event as unknown as Pointed);
    const pointer = event.event?.event as unknown as MouseEvent | undefined;
    if (details === null || pointer === undefined) tip.hide();
    else tip.show(details.names, details.lines, pointer.clientX, pointer.clientY);
  });
  drawn.on("mouseout", () => tip.hide());
  drawn.on("globalout", () => tip.hide());
  drawn.on("click", (event) => chart.open?.(event as unknown as Pointed));
}

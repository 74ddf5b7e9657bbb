import type { HistogramBin, ReportData } from "../data.js";
import { number, plural, score } from "../format.js";
import type { Chart } from "./chart.js";
import { font, type Palette } from "./palette.js";

/** Bars beyond this ratio of the highest to the lowest get a logarithmic axis, or the rare high scores would not be seen. */
const LOGARITHMIC = 40;

/** From this width of the window the charts stand side by side, as in the style sheet. */
const SIDE_BY_SIDE = "(min-width: 1001px)";

/**
 * The distribution of the scores, with the threshold.
 *
 * @param besideHeight  the height of the chart beside it, in pixels
 */
export function histogram({ histogram: bins, summary: { threshold } }: ReportData, besideHeight: number): Chart {
  const counts = bins.map((bin) => bin.count).filter((count) => count > 0);
  const logarithmic = Math.max(...counts) / Math.min(...counts) > LOGARITHMIC;
  const isAbove = (bin: HistogramBin): boolean => threshold !== null && bin.from >= threshold;
  return {
    height: () => (matchMedia(SIDE_BY_SIDE).matches ? Math.min(420, Math.max(280, besideHeight)) : 280),
    option: (width, colours) => ({
      textStyle: { fontFamily: font },
      animation: false,
      grid: { left: 8, right: 14, top: 54, bottom: 26, containLabel: true },
      xAxis: {
        type: "value",
        name: "score",
        nameLocation: "middle",
        nameGap: 28,
        nameTextStyle: { color: colours.soft },
        ...extent(bins, threshold),
        splitNumber: Math.max(2, Math.round(width / 80)),
        axisLabel: { color: colours.soft, hideOverlap: true },
        axisLine: { lineStyle: { color: colours.line } },
        splitLine: { show: false },
      },
      yAxis: {
        type: logarithmic ? "log" : "value",
        name: logarithmic ? "accesses (logarithmic)" : "accesses",
        nameGap: 30,
        nameTextStyle: { color: colours.soft, align: "left" },
        ...(logarithmic ? { min: 0.5, startValue: 0.5 } : { min: 0 }),
        minInterval: 1,
        axisLabel: { color: colours.soft, formatter: (value: number) => (value < 1 ? "" : number(value)) },
        splitLine: { lineStyle: { color: colours.line } },
      },
      series: [
        {
          type: "bar",
          barWidth: `${barWidth(bins, threshold, width)}`,
          data: bins.map((bin) => ({
            value: [(bin.from + bin.to) / 2, bin.count > 0 ? bin.count : null],
            itemStyle: isAbove(bin)
              ? { color: colours.alert, borderColor: colours.alert }
              : { color: colours.usual, borderColor: colours.usual },
          })),
          ...(threshold === null ? {} : { markLine: line(threshold, bins, colours) }),
        },
      ],
    }),
    details({ dataIndex }) {
      const bin = bins[dataIndex];
      if (bin === undefined) return null;
      return {
        names: [plural(bin.count, "access", "accesses")],
        lines: [
          `score from ${score(bin.from)} to below ${score(bin.to)}`,
          ...(isAbove(bin) ? ["above the threshold"] : []),
        ],
      };
    },
  };
}

/** The axis: all bins, and the threshold where it is not absurdly far from them. */
function extent(bins: readonly HistogramBin[], threshold: number | null): { min: number; max: number } {
  const min = bins[0]!.from;
  const max = bins[bins.length - 1]!.to;
  if (threshold === null || Math.abs(threshold - (min + max) / 2) > 3 * (max - min)) return { min, max };
  return { min: Math.min(min, threshold), max: Math.max(max, threshold + (max - min) / bins.length) };
}

function barWidth(bins: readonly HistogramBin[], threshold: number | null, width: number): number {
  const { min, max } = extent(bins, threshold);
  const bin = bins[0]!.to - bins[0]!.from;
  return Math.max(1, Math.floor(((width - 70) * bin) / (max - min)) - 1);
}

function line(threshold: number, bins: readonly HistogramBin[], colours: Palette): object {
  const { min, max } = extent(bins, threshold);
  return {
    silent: true,
    symbol: "none",
    data: threshold >= min && threshold <= max ? [{ xAxis: threshold }] : [],
    lineStyle: { color: colours.alert, type: "dashed", width: 1.5 },
    label: {
      formatter: () => `threshold ${score(threshold)}`,
      color: colours.alert,
      position: "end",
      align: threshold > (min + max) / 2 ? "right" : "left",
    },
  };
}

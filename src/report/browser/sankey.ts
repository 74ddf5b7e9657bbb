import { inert, shorten } from "../../base/text.js";
import { type Flow, type ReportData, reportLimits } from "../data.js";
import { topFlows } from "../flows.js";
import { number, plainName, plural, score } from "../format.js";
import type { Chart } from "./chart.js";
import { font, type Palette } from "./palette.js";

interface Node {
  /** What ECharts knows a node by: made of a number, so no name can collide with another or with a property. */
  id: string;
  name: string;
  isUser: boolean;
  flows: Flow[];
}

/**
 * Users on the left, their resources on the right, a band for each access.
 *
 * @param open  called with the unusual access whose band was clicked
 */
export function sankey(data: ReportData, open: (flow: Flow) => void): Chart {
  const flows = topFlows(data.flows, reportLimits.flowUsers, reportLimits.flowResources);
  const users = side(flows, "user");
  const resources = side(flows, "res");
  const nodes = [...users.values(), ...resources.values()];
  return {
    height: () => Math.max(170, Math.max(users.size, resources.size) * 27 + 30),
    option: (width, colours) => ({
      textStyle: { fontFamily: font },
      animation: false,
      series: [
        {
          type: "sankey",
          left: margin(width),
          right: margin(width),
          top: 10,
          bottom: 10,
          nodeWidth: 10,
          nodeGap: 9,
          layoutIterations: 64,
          draggable: false,
          emphasis: { focus: "adjacency" },
          blur: { itemStyle: { opacity: 0.35 }, label: { opacity: 0.45 } },
          labelLayout: apart,
          data: nodes.map((node) => nodeOption(node, width, colours)),
          links: flows.map((flow) => ({
            source: users.get(flow.user)!.id,
            target: resources.get(flow.res)!.id,
            value: band(flow.count),
            ...look(flow, colours),
          })),
        },
      ],
    }),
    details(pointed) {
      if (pointed.dataType === "edge") return flowDetails(flows[pointed.dataIndex]!);
      const node = nodes[pointed.dataIndex];
      return node === undefined ? null : nodeDetails(node);
    },
    open(pointed) {
      const flow = pointed.dataType === "edge" ? flows[pointed.dataIndex] : undefined;
      if (flow?.unusual) open(flow);
    },
  };
}

function side(flows: readonly Flow[], key: "user" | "res"): Map<string, Node> {
  const nodes = new Map<string, Node>();
  for (const flow of flows) {
    const name = flow[key];
    let node = nodes.get(name);
    if (node === undefined) {
      node = { id: `${key}${nodes.size}`, name, isUser: key === "user", flows: [] };
      nodes.set(name, node);
    }
    node.flows.push(flow);
  }
  return nodes;
}

/** The room for labels on either side, in pixels. */
const margin = (width: number): number => Math.round(Math.min(190, Math.max(100, width * 0.24), width / 3));

/** A band's width: logarithmic, so that one access is seen beside ten thousand. */
const band = (count: number): number => (count > 0 ? 0.6 + Math.log2(1 + count) : 0.6);

/** The layout of a label: marks of bands that cross in the middle are moved apart. */
function apart({
  dataType,
  rect,
}: {
  dataType?: string;
  rect: { x: number; y: number; width: number; height: number };
}) {
  if (dataType !== "edge") return {};
  // ECharts moves a label only where it has a place of its own.
  const middle = { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };
  return { ...middle, align: "center", verticalAlign: "middle", moveOverlap: "shiftY" };
}

/** A label: of a path or an account that is too long its last part, which tells most; whole names are in the tooltip. */
function labelOf(name: string, maxLength: number): string {
  const whole = inert(name);
  const [, last] = /[\\/]((?!u\{)[^\\/]+)$/.exec(whole) ?? [];
  if (whole.length <= maxLength || last === undefined) return plainName(name, maxLength);
  return `…${shorten(last, maxLength - 1)}`;
}

function nodeOption({ id, name, isUser }: Node, width: number, colours: Palette): object {
  const label = labelOf(name, Math.floor((margin(width) - 8) / 7.5));
  return {
    name: id,
    depth: isUser ? 0 : 1,
    itemStyle: { color: isUser ? colours.user : colours.resource, borderWidth: 0 },
    label: {
      position: isUser ? "left" : "right",
      // A function's answer is shown as it is; in a string ECharts would look for `{b}`.
      formatter: () => label,
      color: colours.ink,
      fontSize: 12,
      width: margin(width) - 5,
      overflow: "truncate",
    },
  };
}

function look(flow: Flow, colours: Palette): object {
  if (!flow.unusual) return { lineStyle: { color: colours.usual, opacity: 0.45, curveness: 0.5 } };
  const mark = flow.score === null ? "▲" : `▲ ${score(flow.score)}`;
  return {
    lineStyle: {
      color: colours.alert,
      opacity: 0.5,
      curveness: 0.5,
      borderColor: colours.alert,
      borderWidth: 1.5,
      borderType: [5, 3],
    },
    edgeLabel: {
      show: true,
      formatter: () => mark,
      color: colours.ink,
      fontSize: 11,
      fontWeight: 600,
      textBorderColor: colours.sheet,
      textBorderWidth: 3,
    },
  };
}

const LONGEST = 160;

function flowDetails({ user, res, count, unusual, score: value }: Flow): { names: string[]; lines: string[] } {
  const verdict = unusual ? "▲ unusual" : "not among the listed ones";
  return {
    names: [plainName(user, LONGEST), plainName(res, LONGEST)],
    lines: [
      plural(count, "access", "accesses"),
      value === null ? verdict : `${verdict}, score ${score(value)}`,
      ...(unusual ? ["Click for the explanation"] : []),
    ],
  };
}

function nodeDetails({ name, isUser, flows }: Node): { names: string[]; lines: string[] } {
  const unusual = flows.filter((flow) => flow.unusual).length;
  const accesses = flows.reduce((sum, flow) => sum + flow.count, 0);
  return {
    names: [plainName(name, LONGEST)],
    lines: [
      `${plural(accesses, "access", "accesses")}, ${isUser ? plural(flows.length, "resource") : plural(flows.length, "user")} shown`,
      ...(unusual > 0 ? [`▲ ${number(unusual)} unusual`] : []),
    ],
  };
}

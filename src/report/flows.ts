import { type Flow, reportLimits } from "./data.js";

/**
 * Chooses the links that a Sankey diagram can show: users with unusual accesses first, then those with the most accesses, and
 * of their resources the same.
 *
 * @returns links between the chosen users and resources, in the order of the users, each user's unusual links first
 */
export function topFlows(
  flows: readonly Flow[],
  maxUsers: number = reportLimits.flowUsers,
  maxResources: number = reportLimits.flowResources,
): Flow[] {
  const users = ranks(flows, "user", maxUsers);
  const ofUsers = flows.filter((flow) => users.has(flow.user));
  const resources = ranks(ofUsers, "res", maxResources);
  return ofUsers
    .filter((flow) => resources.has(flow.res))
    .sort(
      (a, b) =>
        users.get(a.user)! - users.get(b.user)! ||
        Number(b.unusual) - Number(a.unusual) ||
        b.count - a.count ||
        resources.get(a.res)! - resources.get(b.res)!,
    );
}

/** The first `most` names with their ranks: by the number of unusual links, then by accesses, then by name. */
function ranks(flows: readonly Flow[], side: "user" | "res", most: number): Map<string, number> {
  const totals = new Map<string, { unusual: number; count: number }>();
  for (const flow of flows) {
    const total = totals.get(flow[side]) ?? { unusual: 0, count: 0 };
    totals.set(flow[side], { unusual: total.unusual + Number(flow.unusual), count: total.count + flow.count });
  }
  const order = [...totals].sort(
    ([a, x], [b, y]) => y.unusual - x.unusual || y.count - x.count || (a < b ? -1 : Number(a > b)),
  );
  return new Map(order.slice(0, most).map(([name], rank) => [name, rank]));
}

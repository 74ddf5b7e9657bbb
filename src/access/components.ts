import type { Interactions } from "../interactions/interactions.js";

/**
 * Connected components of the bipartite graph of accesses. Tenants share no node, so no component spans two.
 *
 * Union-find with path halving; the number of a component is its smallest user row, as SynapseML numbers them.
 *
 * @returns i32[users] and i32[resources], the component of each row
 */
export function connectedComponents({
  users,
  resources,
  user,
  resource,
}: Pick<Interactions, "users" | "resources" | "user" | "resource">): { users: Int32Array; resources: Int32Array } {
  // Users are nodes 0 .. users - 1, resources follow; a root is the smallest node, so a user as soon as there is an access.
  const parent = new Int32Array(users.size + resources.size);
  for (let node = 0; node < parent.length; node++) parent[node] = node;
  const rootOf = (node: number): number => {
    while (parent[node] !== node) {
      parent[node] = parent[parent[node]];
      node = parent[node];
    }
    return node;
  };
  for (let n = 0; n < user.length; n++) {
    const a = rootOf(user[n]);
    const b = rootOf(users.size + resource[n]);
    parent[Math.max(a, b)] = Math.min(a, b);
  }
  for (let node = 0; node < parent.length; node++) parent[node] = rootOf(node);
  return { users: parent.slice(0, users.size), resources: parent.slice(users.size) };
}

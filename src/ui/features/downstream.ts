/** Lineage away from a node: all that depends on it. */
export interface LineageItem {
  readonly kind: string
  readonly name: string
}

export interface LineageLink {
  readonly from: LineageItem
  readonly to: LineageItem
  readonly roles: readonly string[]
}

/** Edges that lead away from a node, in any number of steps. */
export function downstream(edges: readonly LineageLink[], of: string): LineageLink[] {
  const reached = new Set([of])
  const links: LineageLink[] = []
  // The edges are in the order of the nodes that they lead to, so one pass is enough.
  for (const edge of edges) {
    if (!reached.has(`${edge.from.kind} ${edge.from.name}`)) continue
    reached.add(`${edge.to.kind} ${edge.to.name}`)
    links.push(edge)
  }
  return links
}

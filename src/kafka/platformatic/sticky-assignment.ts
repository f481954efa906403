/** Assigns the partitions of a topic to the members of a classic group. */

/** A member, and the partitions that it had. */
export interface AssignableMember {
  readonly id: string
  readonly owned: readonly number[]
}

/**
 * Assigns partitions 0 to before `count`, equally many to each member but for one. A member keeps as many of those that it had as it may have.
 * The same for any order of the members.
 */
export function stickyAssignment(members: readonly AssignableMember[], count: number): ReadonlyMap<string, readonly number[]> {
  const sorted = members.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const [least, extra] = [Math.floor(count / sorted.length), count % sorted.length]
  const assigned = new Set<number>()
  // Those that had most take the larger shares.
  const byOwned = sorted.toSorted((a, b) => b.owned.length - a.owned.length)
  const assignments = byOwned.map(({ id, owned }, i) => {
    const most = least + (i < extra ? 1 : 0)
    const partitions = owned.filter(partition => partition < count && !assigned.has(partition)).slice(0, most)
    for (const partition of partitions) assigned.add(partition)
    return { id, most, partitions: [...partitions] }
  })
  const free = Array.from({ length: count }, (_, partition) => partition).filter(partition => !assigned.has(partition))
  for (const { most, partitions } of assignments) partitions.push(...free.splice(0, most - partitions.length))
  return new Map(assignments.map(({ id, partitions }) => [id, partitions.toSorted((a, b) => a - b)]))
}

/** Counts of dependencies that a lineage claims, by kind, of those that a change of data has shown, and why others were not. */
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { PipelineIR } from '../../src/define/ir/ir.ts'
import type { Lineage, LineageEdge } from '../../src/operate/index.ts'
import { evaluate } from '../oracle/oracle.ts'

/** The roles by which a column leads to a node in one step, joined; `indirect` for a longer way. */
export type DependencyKind = string

/** The columns that each node depends on, in any number of steps, with the kind of each dependency. */
export type Dependencies = ReadonlyMap<string, ReadonlyMap<string, DependencyKind>>

const decidesRow = new Set(['identity', 'time'])

/** The label of a model is a node of its own: it depends on the columns of its role, and on those that decide which decision it is of. */
export function dependenciesOf({ nodes, edges }: Lineage): Dependencies {
  const all = new Map<string, Map<string, DependencyKind>>()
  for (const { kind, name } of nodes) if (kind !== 'column') all.set(`${kind} ${name}`, new Map())
  const own = (id: string): Map<string, DependencyKind> => {
    if (!all.has(id)) all.set(id, new Map())
    return all.get(id)!
  }
  const add = (id: string, { from }: LineageEdge, roles: readonly string[]): void => {
    if (roles.length === 0) return
    if (from.kind === 'column') own(id).set(`column ${from.name}`, roles.join())
    else for (const column of own(`${from.kind} ${from.name}`).keys()) if (!own(id).has(column)) own(id).set(column, 'indirect')
  }
  // Edges are in the order of the nodes that they lead to, and a node comes after all that it depends on.
  for (const edge of edges) {
    const { to, from, roles } = edge
    const inDecisions = roles.filter(role => role !== 'label')
    add(`${to.kind} ${to.name}`, edge, inDecisions)
    if (to.kind !== 'model') continue
    const inLabel = roles.filter(role => role === 'label' || decidesRow.has(role))
    if (from.kind !== 'feature') add(`label ${to.name}`, edge, inLabel)
  }
  return all
}

/** A dependency of the lineage of one case. */
interface Claim {
  readonly kind: DependencyKind
  readonly node: string
  readonly column: string
  isConfirmed: boolean
}

/** Counts the comparisons of one pipeline and its histories. */
export class Tally {
  readonly violations: string[] = []
  compared = 0
  readonly #dependencies: Dependencies
  readonly #claims = new Map<string, Claim>()
  readonly #moved = new Set<string>()
  /** Different observations of each node. */
  readonly #observed = new Map<string, Set<string>>()

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies
  }

  /** Counts what a history made of each node, and what it made of them with other values in one column. */
  compare(column: string, base: ReadonlyMap<string, string>, changed: ReadonlyMap<string, string>): void {
    for (const [node, text] of base) {
      this.compared++
      const other = changed.get(node)!
      this.#observed.set(node, (this.#observed.get(node) ?? new Set()).add(text).add(other))
      const kind = this.#dependencies.get(node)?.get(column)
      if (kind === undefined) {
        if (text !== other) this.violations.push(`${node} changed with ${column}`)
        continue
      }
      const id = `${column} > ${node}`
      const claim = this.#claims.get(id) ?? { kind: `${node.split(' ')[0]}: ${kind}`, node, column, isConfirmed: false }
      this.#claims.set(id, claim)
      claim.isConfirmed ||= text !== other
    }
  }

  /** Is there a claim about this column that data could confirm, and has not yet? */
  isOpen(column: string): boolean {
    return this.claims.some(claim => claim.column === column && !claim.isConfirmed && !this.isConstant(claim.node))
  }

  /** Records the features of which an expression has other values of some events, after a change of a column. */
  addMoves(column: string, { groups }: PipelineIR, log: readonly LoggedEvent[], changed: readonly LoggedEvent[]): void {
    for (const { name: group, source, features } of groups) {
      if (!column.startsWith(`column ${source}.`)) continue
      for (const { name, input, where } of features) {
        const id = `${column} > feature ${group}.${name}`
        if (this.#moved.has(id)) continue
        const contribution = ({ row }: LoggedEvent): string =>
          where && evaluate(where, row) !== true ? '' : `${input ? evaluate(input, row) : 'counted'}`
        if (log.some((event, i) => event.source === source && event !== changed[i] && contribution(event) !== contribution(changed[i])))
          this.#moved.add(id)
      }
    }
  }

  /** Had an event another part in a feature after a change of a column? True for other nodes, which have no expression of their own. */
  hasMoved(column: string, node: string): boolean {
    return !node.startsWith('feature ') || this.#moved.has(`${column} > ${node}`)
  }

  get claims(): readonly Claim[] {
    return [...this.#claims.values()]
  }

  /** Did all histories make the same of a node? Then no data could show a dependency of it. */
  isConstant(node: string): boolean {
    return this.#observed.get(node)!.size === 1
  }
}

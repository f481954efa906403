/** Layout of the pipeline as a graph: columns of sources, feature groups, models, and actions with reports, from left to right. */
import type { PipelineAnswer } from '../core/answers.ts'

export type NodeKind = 'source' | 'group' | 'model' | 'action' | 'report'

export interface GraphNode {
  readonly kind: NodeKind
  readonly name: string
  /** Top left corner, px. */
  readonly x: number
  readonly y: number
}

export interface GraphEdge {
  readonly from: GraphNode
  readonly to: GraphNode
}

export interface GraphLayout {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  readonly width: number
  readonly height: number
}

/** From the left; reports stand below actions. */
const kindOrder: readonly NodeKind[] = ['source', 'group', 'model', 'action', 'report']

/** Sizes in px. */
export const NODE_WIDTH = 204
export const NODE_HEIGHT = 116
const COLUMN_GAP = 56
const ROW_GAP = 24

interface Named {
  readonly kind: NodeKind
  readonly name: string
}

const idOf = ({ kind, name }: Named): string => `${kind} ${name}`

/** Direct dependencies: `[from, to]`. */
function dependencies({ groups, models, actions, reports }: PipelineAnswer): (readonly [Named, Named])[] {
  const node = (kind: NodeKind, name: string): Named => ({ kind, name })
  return [
    ...groups.map(({ name, source }) => [node('source', source), node('group', name)] as const),
    ...models.flatMap(({ name, groups: read, source }) => [
      ...read.map(group => [node('group', group), node('model', name)] as const),
      // The trigger is drawn where no group draws the same way.
      ...(source === undefined || read.some(group => groups.some(other => other.name === group && other.source === source))
        ? []
        : [[node('source', source), node('model', name)] as const]),
    ]),
    ...actions.map(({ name, model }) => [node('model', model), node('action', name)] as const),
    ...reports.flatMap(({ name, model, groups: read }) =>
      model === undefined
        ? read.map(group => [node('group', group), node('report', name)] as const)
        : [[node('model', model), node('report', name)] as const],
    ),
  ]
}

/**
 * Places each node near the mean height of the nodes that it depends on, which keeps edges short. Columns are centred.
 */
export function layoutPipeline(pipeline: PipelineAnswer): GraphLayout {
  const columns: readonly (readonly Named[])[] = [
    pipeline.sources.map(({ name }) => ({ kind: 'source', name })),
    pipeline.groups.map(({ name }) => ({ kind: 'group', name })),
    pipeline.models.map(({ name }) => ({ kind: 'model', name })),
    [
      ...pipeline.actions.map(({ name }) => ({ kind: 'action', name }) as const),
      ...pipeline.reports.map(({ name }) => ({ kind: 'report', name }) as const),
    ],
  ]
  const used = columns.filter(column => column.length > 0)
  const pairs = dependencies(pipeline)
  const rows = Math.max(0, ...used.map(({ length }) => length))
  const height = Math.max(0, rows * (NODE_HEIGHT + ROW_GAP) - ROW_GAP)
  const placed = new Map<string, GraphNode>()
  used.forEach((column, i) => {
    const wished = column.map((node, row) => ({ node, row, at: meanHeight(node, pairs, placed) }))
    wished.sort((a, b) => kindOrder.indexOf(a.node.kind) - kindOrder.indexOf(b.node.kind) || a.at - b.at || a.row - b.row)
    const top = (height - (column.length * (NODE_HEIGHT + ROW_GAP) - ROW_GAP)) / 2
    wished.forEach(({ node }, row) =>
      placed.set(idOf(node), { ...node, x: i * (NODE_WIDTH + COLUMN_GAP), y: Math.round(top + row * (NODE_HEIGHT + ROW_GAP)) }),
    )
  })
  const edges = pairs.flatMap(([from, to]) => {
    const ends = [placed.get(idOf(from)), placed.get(idOf(to))] as const
    return ends[0] && ends[1] ? [{ from: ends[0], to: ends[1] }] : []
  })
  const width = Math.max(0, used.length * (NODE_WIDTH + COLUMN_GAP) - COLUMN_GAP)
  return { nodes: [...placed.values()], edges, width, height }
}

function meanHeight(node: Named, pairs: readonly (readonly [Named, Named])[], placed: ReadonlyMap<string, GraphNode>): number {
  const heights = pairs.flatMap(([from, to]) => (idOf(to) === idOf(node) ? (placed.get(idOf(from))?.y ?? []) : []))
  return heights.length === 0 ? 0 : heights.reduce((sum, y) => sum + y, 0) / heights.length
}

/** The path of an edge, from the right side of one node to the left side of the other. */
export function edgePath({ from, to }: GraphEdge): string {
  const [x1, y1] = [from.x + NODE_WIDTH, from.y + NODE_HEIGHT / 2]
  const [x2, y2] = [to.x, to.y + NODE_HEIGHT / 2]
  const bend = Math.max(24, (x2 - x1) / 2)
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`
}

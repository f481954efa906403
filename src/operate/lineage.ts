/**
 * Lineage of a pipeline: which columns, features and scores each feature, model, action and report depends on.
 *
 * A directed graph without cycles, derived from the IR alone. Edges are direct dependencies; their roles say in which way a value enters.
 */
import { definitionOf, didYouMean, SpillwayError } from '../base/index.ts'
import { livenessColumns, type EveryTrigger, expressionsOf, labelColumns, reportModel } from '../decision/index.ts'
import {
  type ExprIR,
  type GroupIR,
  type ModelIR,
  type PipelineIR,
  type ReportIR,
  type SourceIR,
  expressionLeaves,
} from '../define/ir/index.ts'
import { labelledColumn, triggerKey } from '../define/model/index.ts'
import { identityColumns } from '../kernel/index.ts'

/** Kinds of nodes, in the order of dependence. A field is a column of a request, or the key at a tick or in a report. */
export const lineageKinds = ['column', 'field', 'feature', 'model', 'action', 'report'] as const
export type LineageKind = (typeof lineageKinds)[number]

/**
 * The way in which a value depends on another:
 *
 * - `value`: it is computed from it; `score`: it acts on it, or reports it;
 * - `key`: which rows belong to it; `filter`: which rows count, and which rows of a report are listed, and where; `time`: when a row counts, and in which order;
 * - `identity`: which rows are duplicates, revisions or deletions of others; `label`: a training learns from it, no decision reads it.
 */
export const lineageRoles = ['value', 'score', 'key', 'filter', 'time', 'identity', 'label'] as const
export type LineageRole = (typeof lineageRoles)[number]

/** One column, feature, model, action or report. */
export interface LineageNode {
  readonly kind: LineageKind
  /** `payments.amount`, `card_now.n`, `fraud`. Unique within its kind. */
  readonly name: string
}

/** A direct dependency. */
export interface LineageEdge {
  readonly from: LineageNode
  readonly to: LineageNode
  /** Sorted, each once. */
  readonly roles: readonly LineageRole[]
}

/** The part of a lineage around a node: what it depends on (`up`), what depends on it (`down`), or both. */
export const lineageDirections = ['up', 'down', 'both'] as const
export type LineageDirection = (typeof lineageDirections)[number]

/** A graph of dependencies. */
export interface Lineage {
  readonly pipeline: string
  /** In the order of `lineageKinds`, and of definition. Every column of every source is a node, used or not. */
  readonly nodes: readonly LineageNode[]
  /** In the order of the nodes that they lead to, then of those they come from. */
  readonly edges: readonly LineageEdge[]
}

/**
 * The lineage of a pipeline.
 *
 * @example
 * ```ts
 * const { edges } = lineageOf(shop.ir)
 * const columns = edges.filter(({ to }) => to.name === 'card_now.sum').map(({ from }) => from.name)
 * ```
 */
export function lineageOf(ir: PipelineIR): Lineage {
  const graph = new LineageGraph()
  for (const { name, columns } of ir.sources) for (const column of columns) graph.add('column', `${name}.${column.name}`)
  for (const model of ir.models) addFields(graph, model)
  for (const group of ir.groups) addGroup(graph, definitionOf(ir.sources, group.source), group)
  for (const model of ir.models) addModel(graph, ir, model)
  for (const { name, model } of ir.actions ?? []) graph.link(modelNode(model), graph.add('action', name), 'score')
  for (const report of ir.reports ?? []) addReport(graph, ir, report)
  return graph.lineage(ir.name)
}

/**
 * The part of a lineage that a node depends on, that depends on it, or both, in any number of steps.
 *
 * `name` is the name of the node, alone (`amount`, if only one column has it), with its source or group (`payments.amount`), or also with
 * its kind (`column payments.amount`).
 *
 * @throws `SPILL_NOT_FOUND` for an unknown name, `SPILL_INPUT` for a name of several nodes.
 */
export function lineageAround(lineage: Lineage, name: string, direction: LineageDirection = 'both'): Lineage {
  const node = nodeNamed(lineage, name)
  const reached = new Set([
    ...(direction === 'up' ? [] : reachedFrom(lineage, node, 'from', 'to')),
    ...(direction === 'down' ? [] : reachedFrom(lineage, node, 'to', 'from')),
  ])
  const has = ({ kind, name: other }: LineageNode): boolean => reached.has(idOf(kind, other))
  // An edge between two ancestors is part of the way to the node; so is one between two descendants.
  return {
    pipeline: lineage.pipeline,
    nodes: lineage.nodes.filter(has),
    edges: lineage.edges.filter(({ from, to }) => has(from) && has(to)),
  }
}

function nodeNamed({ pipeline, nodes }: Lineage, name: string): LineageNode {
  const whole = nodes.filter(node => node.name === name || `${node.kind} ${node.name}` === name)
  const matches = whole.length > 0 ? whole : nodes.filter(node => node.name.endsWith(`.${name}`))
  if (matches.length === 1) return matches[0]
  const names = nodes.map(node => node.name)
  if (matches.length === 0)
    throw new SpillwayError(
      'SPILL_NOT_FOUND',
      `pipeline '${pipeline}' has no column, feature, model, action or report '${name}'${didYouMean(name, names)}`,
    )
  const choices = matches.map(node => `'${node.kind} ${node.name}'`).join(', ')
  throw new SpillwayError('SPILL_INPUT', `'${name}' is the name of several: write one of ${choices}`)
}

/** Ids of a node and of all that one reaches from it, along the edges or against them. */
function reachedFrom({ edges }: Lineage, start: LineageNode, near: 'from' | 'to', far: 'from' | 'to'): Set<string> {
  const reached = new Set([idOf(start.kind, start.name)])
  const queue = [start]
  for (let node = queue.pop(); node; node = queue.pop())
    for (const edge of edges) {
      const [there, next] = [edge[near], edge[far]]
      if (there.kind !== node.kind || there.name !== node.name || reached.has(idOf(next.kind, next.name))) continue
      reached.add(idOf(next.kind, next.name))
      queue.push(next)
    }
  return reached
}

const idOf = (kind: LineageKind, name: string): string => `${kind} ${name}`

const modelNode = (name: string): LineageNode => ({ kind: 'model', name })
const columnNode = (source: string, column: string): LineageNode => ({ kind: 'column', name: `${source}.${column}` })
const featureNode = (group: string, feature: string): LineageNode => ({ kind: 'feature', name: `${group}.${feature}` })

/** The graph while it is built. */
class LineageGraph {
  readonly #nodes = new Map<string, LineageNode>()
  readonly #edges = new Map<string, { readonly from: LineageNode; readonly to: LineageNode; readonly roles: Set<LineageRole> }>()

  add(kind: LineageKind, name: string): LineageNode {
    const node = { kind, name }
    this.#nodes.set(idOf(kind, name), node)
    return node
  }

  link(from: LineageNode, to: LineageNode, role: LineageRole): void {
    const id = `${idOf(from.kind, from.name)} > ${idOf(to.kind, to.name)}`
    const edge = this.#edges.get(id) ?? { from, to, roles: new Set() }
    edge.roles.add(role)
    this.#edges.set(id, edge)
  }

  lineage(pipeline: string): Lineage {
    const nodes = lineageKinds.flatMap(kind => [...this.#nodes.values()].filter(node => node.kind === kind))
    const places = new Map(nodes.map(({ kind, name }, place) => [idOf(kind, name), place]))
    const placeOf = ({ kind, name }: LineageNode): number => places.get(idOf(kind, name))!
    const edges = [...this.#edges.values()]
      .map(({ from, to, roles }) => ({ from, to, roles: [...roles].sort() }))
      .sort((a, b) => placeOf(a.to) - placeOf(b.to) || placeOf(a.from) - placeOf(b.from))
    return { pipeline, nodes, edges }
  }
}

/** Fields of a request, and the key of a tick: columns of no source. */
function addFields(graph: LineageGraph, { name, decide }: ModelIR): void {
  if (decide.kind === 'request') for (const column of decide.columns) graph.add('field', `${name}.${column.name}`)
  if (decide.kind === 'every') graph.add('field', `${name}.${decide.column.name}`)
}

function addGroup(graph: LineageGraph, source: SourceIR, { name, key, features }: GroupIR): void {
  for (const { name: feature, input, where } of features) {
    const node = graph.add('feature', `${name}.${feature}`)
    const link = (column: string, role: LineageRole): void => graph.link(columnNode(source.name, column), node, role)
    for (const column of columnsIn(input)) link(column, 'value')
    for (const column of columnsIn(where)) link(column, 'filter')
    for (const column of key) link(column, 'key')
    linkEventColumns(graph, source, node)
  }
}

/** The columns that decide which events of a source count, and when. With `role`, all of them have that role. */
function linkEventColumns(graph: LineageGraph, source: SourceIR, node: LineageNode, role?: LineageRole): void {
  const { name, time, id, deleted, arrives } = source
  const times = [time, ...(arrives.kind === 'column' ? [arrives.column] : [])]
  const identities = [...presentNames(id), ...identityColumns(source), ...presentNames(deleted)]
  for (const column of times) graph.link(columnNode(name, column), node, role ?? 'time')
  for (const column of identities) graph.link(columnNode(name, column), node, role ?? 'identity')
}

const presentNames = (name: string | undefined): readonly string[] => (name === undefined ? [] : [name])

const columnsIn = (expr: ExprIR | undefined): string[] =>
  expr ? expressionLeaves(expr).flatMap(leaf => (leaf.op === 'column' ? [leaf.name] : [])) : []

function addModel(graph: LineageGraph, ir: PipelineIR, model: ModelIR): void {
  const { name, decide } = model
  const node = graph.add('model', name)
  const columnOf = (column: string): LineageNode =>
    decide.kind === 'on' ? columnNode(decide.source, column) : { kind: 'field', name: `${name}.${column}` }
  graph.link(columnOf(triggerKey(ir, model).name), node, 'key')
  if (decide.kind === 'every') linkActiveKeys(graph, ir, model, decide, columnOf(decide.column.name))
  if (decide.kind === 'on') linkTrigger(graph, definitionOf(ir.sources, decide.source), node)
  addInputs(graph, node, expressionsOf(model), columnOf)
  addLabel(graph, ir, model, columnOf)
}

/** An event decides when it arrives, once, unless it deletes. Revisions decide like other events. */
function linkTrigger(graph: LineageGraph, { name, id, deleted, arrives }: SourceIR, node: LineageNode): void {
  if (arrives.kind === 'column') graph.link(columnNode(name, arrives.column), node, 'time')
  for (const column of [...presentNames(id), ...presentNames(deleted)]) graph.link(columnNode(name, column), node, 'identity')
}

function addLabel(graph: LineageGraph, ir: PipelineIR, model: ModelIR, columnOf: (column: string) => LineageNode): void {
  const { name, label } = model
  if (!label) return
  const node = modelNode(name)
  for (const column of labelColumns(label)) graph.link(columnNode(label.source, column), node, 'label')
  linkEventColumns(graph, definitionOf(ir.sources, label.source), node, 'label')
  graph.link(columnOf(labelledColumn(ir, model).name), node, 'label')
  if (label.kind === 'happens' && label.per !== undefined) graph.link(columnOf(label.per), node, 'label')
}

/** The key of a tick comes from the columns whose events keep keys active. */
function linkActiveKeys(graph: LineageGraph, ir: PipelineIR, model: ModelIR, decide: EveryTrigger, field: LineageNode): void {
  for (const { source, key } of livenessColumns(ir, model, decide)) {
    graph.link(columnNode(source, key), field, 'key')
    linkEventColumns(graph, definitionOf(ir.sources, source), field)
  }
}

function addInputs(
  graph: LineageGraph,
  node: LineageNode,
  expressions: readonly ExprIR[],
  columnOf: (column: string) => LineageNode,
  role: LineageRole = 'value',
): void {
  for (const leaf of expressions.flatMap(expressionLeaves)) {
    if (leaf.op !== 'feature') graph.link(columnOf(leaf.name), node, role)
    else {
      graph.link(featureNode(leaf.group, leaf.name), node, role)
      for (const column of leaf.key) graph.link(columnOf(column), node, 'key')
    }
  }
}

/** A report has the inputs of its rows beside the score. Its condition and its order read both. */
function addReport(graph: LineageGraph, ir: PipelineIR, report: ReportIR): void {
  const { name, of, column, where, orderBy = [] } = report
  const node = graph.add('report', name)
  const field = graph.add('field', `${name}.${column.name}`)
  const model = reportModel(ir, report)
  linkActiveKeys(graph, ir, model, model.decide, field)
  graph.link(field, node, 'key')
  const selecting = new Set([...columnsIn(where), ...orderBy.map(({ column: sorted }) => sorted)])
  if (of.kind === 'model') {
    graph.link(modelNode(of.model), node, 'score')
    if (selecting.has('score')) graph.link(modelNode(of.model), node, 'filter')
  }
  for (const { name: input, expr } of model.inputs) {
    addInputs(graph, node, [expr], () => field)
    if (selecting.has(`vector.${input}`)) addInputs(graph, node, [expr], () => field, 'filter')
  }
}

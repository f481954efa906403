/**
 * Column lineage of datasets in OpenLineage's words, from the edges of `lineageOf`.
 *
 * A dependency by value is DIRECT and belongs to a field. A dependency by key, time or identity decides which rows there are, so it is
 * INDIRECT and belongs to the whole dataset. A filter of one feature is INDIRECT and belongs to its field.
 */
import { definitionOf } from '../base/index.ts'
import { type ExprIR, expressionLeaves, type GroupIR, type ModelIR, type PipelineIR, type ReportIR } from '../define/ir/index.ts'
import { triggerKey } from '../define/model/index.ts'
import { reportModel } from '../decision/index.ts'
import { type LineageEdge, lineageOf, type LineageRole } from '../operate/index.ts'
import type { LineageName } from './run-event.ts'

/** Names the dataset of a kind: `features`, `card_now`. */
type NameDataset = (kind: string, name: string) => LineageName

interface Transformation {
  readonly type: 'DIRECT' | 'INDIRECT'
  readonly subtype: string
  readonly description: string
}

/** A field of an input, with the ways in which it is used. */
export interface InputField extends LineageName {
  readonly field: string
  readonly transformations: readonly Transformation[]
}

/** Column lineage of one dataset: of each of its fields, and of which rows it has. */
export interface LineageFields {
  readonly fields: Readonly<Record<string, { readonly inputFields: readonly InputField[] }>>
  readonly dataset: readonly InputField[]
}

const rolesOfRows: readonly LineageRole[] = ['key', 'time', 'identity']
const valueRoles: readonly LineageRole[] = ['value', 'score', 'filter', 'label']

/** Column lineage of the datasets of one pipeline. */
export class ColumnLineage {
  readonly #ir: PipelineIR
  readonly #nameOf: NameDataset
  readonly #edgesTo: ReadonlyMap<string, readonly LineageEdge[]>
  /** By column, feature and field of a request: its dataset and field. */
  readonly #places = new Map<string, LineageName & { readonly field: string }>()

  constructor(ir: PipelineIR, nameOf: NameDataset) {
    this.#ir = ir
    this.#nameOf = nameOf
    this.#edgesTo = Map.groupBy(lineageOf(ir).edges, ({ to }) => `${to.kind} ${to.name}`)
    const add = (id: string, dataset: LineageName, field: string): void => void this.#places.set(id, { ...dataset, field })
    for (const { name, columns } of ir.sources)
      for (const column of columns) add(`column ${name}.${column.name}`, nameOf('events', name), column.name)
    for (const { name, features } of ir.groups)
      for (const feature of features) add(`feature ${name}.${feature.name}`, nameOf('features', name), feature.name)
    for (const { name, decide } of ir.models)
      if (decide.kind === 'request')
        for (const column of decide.columns) add(`field ${name}.${column.name}`, nameOf('requests', name), column.name)
  }

  ofFeatures({ name, source, key, features }: GroupIR): LineageFields {
    const nodes = features.map(feature => [feature.name, this.#edges(`feature ${name}.${feature.name}`)] as const)
    const keys = key.map(column => [column, [this.#identity(`column ${source}.${column}`)]] as const)
    return {
      fields: fieldsOf([...keys, ...nodes.map(([feature, edges]) => [feature, this.#inputs(edges, valueRoles, 'AGGREGATION')] as const)]),
      dataset: this.#inputs(
        nodes.flatMap(([, edges]) => edges),
        rolesOfRows,
      ),
    }
  }

  ofDecisions(model: ModelIR): LineageFields {
    const { name, inputs } = model
    const edges = this.#edges(`model ${name}`)
    const key = this.#keyFields(`model ${name}`, this.#columnNode(model, triggerKey(this.#ir, model).name))
    const vector = inputs.map(input => [`vector.${input.name}`, this.#leaves(model, input.expr)] as const)
    const score = [...this.#inputs(edges, ['value']), ...this.#parameters(model)]
    return { fields: fieldsOf([['key', key], ...vector, ['score', score]]), dataset: this.#inputs(edges, rolesOfRows) }
  }

  ofParameters({ name }: ModelIR): LineageFields {
    const edges = this.#edges(`model ${name}`)
    return { fields: fieldsOf([['parameters', this.#inputs(edges, valueRoles)]]), dataset: this.#inputs(edges, rolesOfRows) }
  }

  ofEffects(action: string, { name }: ModelIR): LineageFields {
    const decisions = this.#nameOf('decisions', name)
    const copied = (field: string): InputField => ({ ...decisions, field, transformations: [identity] })
    return {
      fields: fieldsOf([
        ['key', [copied('key')]],
        ['score', [copied('score')]],
      ]),
      dataset: [{ ...decisions, field: 'score', transformations: [indirect('FILTER', `the condition of action ${action}`)] }],
    }
  }

  ofReport(report: ReportIR): LineageFields {
    const { name, of, column } = report
    const model = reportModel(this.#ir, report)
    const edges = this.#edges(`report ${name}`)
    const vector = model.inputs.map(input => [`vector.${input.name}`, this.#leaves(model, input.expr)] as const)
    const scored = of.kind === 'model' ? definitionOf(this.#ir.models, of.model) : undefined
    const scoreInputs = scored && [...this.#inputs(this.#edges(`model ${scored.name}`), ['value']), ...this.#parameters(scored)]
    const isListed = edges.some(({ from, roles }) => from.kind === 'model' && roles.includes('filter'))
    const listing = isListed ? scoreInputs!.map(input => ({ ...input, transformations: [ofRole('filter')] })) : []
    return {
      fields: fieldsOf([
        ['key', this.#keyFields(`report ${name}`, `field ${name}.${column.name}`)],
        ...(scoreInputs ? [['score', scoreInputs] as const] : []),
        ...vector,
      ]),
      dataset: merged([...this.#inputs(edges, [...rolesOfRows, 'filter']), ...listing]),
    }
  }

  #edges(id: string): readonly LineageEdge[] {
    return this.#edgesTo.get(id) ?? []
  }

  /** The parameters of a trained model, which its scores read. */
  #parameters({ name, train }: ModelIR): InputField[] {
    return train ? [{ ...this.#nameOf('parameters', name), field: 'parameters', transformations: [ofRole('value')] }] : []
  }

  /** The node of a trigger's column. */
  #columnNode({ name, decide }: ModelIR, column: string): string {
    return decide.kind === 'on' ? `column ${decide.source}.${column}` : `field ${name}.${column}`
  }

  /** Fields of inputs of which a key is a copy. */
  #keyFields(node: string, key: string): InputField[] {
    const edges = this.#edges(node).filter(({ from }) => `${from.kind} ${from.name}` === key)
    return this.#inputs(edges, ['key']).map(input => ({ ...input, transformations: [identity] }))
  }

  /** The fields that an input of a model is computed from. */
  #leaves(model: ModelIR, expr: ExprIR): InputField[] {
    const isCopy = !('left' in expr) && !('of' in expr)
    return merged(
      expressionLeaves(expr).flatMap(leaf => {
        const id = leaf.op === 'feature' ? `feature ${leaf.group}.${leaf.name}` : this.#columnNode(model, leaf.name)
        return this.#placesOf(id).map(place => ({ ...place, transformations: [isCopy ? identity : ofRole('value')] }))
      }),
    )
  }

  /** The fields that edges come from, in some of their roles. */
  #inputs(edges: readonly LineageEdge[], roles: readonly LineageRole[], direct = 'TRANSFORMATION'): InputField[] {
    return merged(
      edges.flatMap(edge => {
        const own = edge.roles.filter(role => roles.includes(role))
        if (own.length === 0 || edge.from.kind === 'model') return []
        return this.#placesOf(`${edge.from.kind} ${edge.from.name}`).map(place => ({
          ...place,
          transformations: own.map(role => ofRole(role, direct)),
        }))
      }),
    )
  }

  /** The field of a node. The key of a tick has no dataset of its own: it comes from the columns that keep keys active. */
  #placesOf(id: string): (LineageName & { readonly field: string })[] {
    const place = this.#places.get(id)
    return place ? [place] : this.#edges(id).flatMap(({ from }) => this.#placesOf(`${from.kind} ${from.name}`))
  }

  #identity(id: string): InputField {
    return { ...this.#places.get(id)!, transformations: [identity] }
  }
}

const identity: Transformation = { type: 'DIRECT', subtype: 'IDENTITY', description: 'a copy' }

const indirect = (subtype: string, description: string): Transformation => ({ type: 'INDIRECT', subtype, description })

/** A role in OpenLineage's words. */
function ofRole(role: LineageRole, direct = 'TRANSFORMATION'): Transformation {
  switch (role) {
    case 'value':
    case 'score':
      return { type: 'DIRECT', subtype: direct, description: role }
    case 'label':
      return { type: 'DIRECT', subtype: 'TRANSFORMATION', description: 'label of a training' }
    case 'key':
      return indirect('GROUP_BY', 'key')
    case 'time':
      return indirect('WINDOW', 'event time or ingestion time')
    case 'filter':
      return indirect('FILTER', 'condition or order')
    case 'identity':
      return indirect('FILTER', 'duplicates, revisions and deletions')
  }
}

const fieldsOf = (entries: readonly (readonly [field: string, inputFields: readonly InputField[]])[]): LineageFields['fields'] =>
  Object.fromEntries(entries.map(([field, inputFields]) => [field, { inputFields }]))

/** Each field once, with all of its transformations. */
function merged(inputs: readonly InputField[]): InputField[] {
  const byField = Map.groupBy(inputs, ({ namespace, name, field }) => JSON.stringify([namespace, name, field]))
  return [...byField.values()].map(same => {
    const transformations = same.flatMap(input => input.transformations)
    const distinct = new Map(transformations.map(transformation => [JSON.stringify(transformation), transformation]))
    return { ...same[0], transformations: [...distinct.values()] }
  })
}

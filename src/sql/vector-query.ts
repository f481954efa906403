import type { ExprIR, GroupIR, InputIR, ModelIR, PipelineIR, SourceIR } from '../define/ir/index.ts'
import { triggerColumns } from '../define/model/index.ts'
import { expressionErrorBound } from './error-bound.ts'
import { decisionRowsSql, type DecisionRowsSql } from './decision-rows.ts'
import type { PointInTimeDialect } from './dialect.ts'
import { deliveredSql, expressionSql } from './expression.ts'
import { placementSql, type PlacementSql } from './placement.ts'
import { identifiers } from './relations.ts'
import { scoreSql } from './score.ts'
import { SelectList } from './select-list.ts'
import { valuesQuery, type EventRule } from './values.ts'

/** Some features of one group, read at the key that these columns of the trigger give. */
export interface SqlRead {
  readonly group: GroupIR
  readonly key: readonly string[]
}

/** Decisions before their vectors, and what each of them sees of each group that it reads. */
export interface DecisionReads {
  readonly decisions: DecisionRowsSql
  readonly reads: readonly SqlRead[]
  /** For a decision `d`: the cut of one read, and the event that features with `before` leave out. */
  readonly cutOf: (read: SqlRead, index: number) => PlacementSql & { readonly excluded: string; readonly more?: readonly string[] }
  /** Also return error bounds of inexact inputs. */
  readonly bounds?: boolean
  /** Replaces the rule for which events of a source count; by default those that are visible and not superseded. */
  readonly eventRule?: ((source: SourceIR) => EventRule) | undefined
}

/** A query for vectors and scores. */
export interface VectorQuery {
  readonly sql: string
  /** Is there a score? The user's own function and ONNX have none in SQL. */
  readonly hasScore: boolean
  /** With bounds: for each input, does it have one? Bounds are the last columns, in order. */
  readonly hasBound: readonly boolean[]
}

/**
 * Builds one query for every decision of a model on events or at ticks, with vector and score, over the relations of events of all
 * sources.
 *
 * Columns: `decision` (index of the triggering event in the log, or the key of a tick), `t`, `rejected` (the code with which a feature
 * of the model is rejected, or NULL), the inputs in order, and the score. Throws `SPILL_UNSUPPORTED` for a group scheduled by a cron,
 * and for a model that decides on request.
 */
export function vectorQuery(
  pipeline: PipelineIR,
  model: ModelIR,
  eventsOf: (source: string) => string,
  dialect: PointInTimeDialect,
): VectorQuery {
  const reads = modelReads(pipeline, model)
  const groups = reads.map(({ group }) => group)
  const decisions = decisionRowsSql(pipeline, model, groups, eventsOf, dialect)
  const cutOf: DecisionReads['cutOf'] = ({ group }) => ({ ...placementSql(group, dialect), excluded: 'd._excluded' })
  return vectorsQuery(pipeline, model, { decisions, reads, cutOf }, eventsOf, dialect)
}

/** Builds the same query for given decisions of a model and given cuts of the groups that they read. */
export function vectorsQuery(
  pipeline: PipelineIR,
  model: ModelIR,
  { decisions, reads, cutOf, bounds = false, eventRule }: DecisionReads,
  eventsOf: (source: string) => string,
  dialect: PointInTimeDialect,
): VectorQuery {
  const { relations, fields } = decisions
  const columns = triggerColumns(pipeline, model)
  const values = reads.map(({ group }, i) => {
    const source = sourceOf(pipeline, group.source)
    return valuesQuery(group, source, { events: eventsOf(group.source), requests: `requests${i}` }, dialect, {
      bounds,
      eventRule: eventRule?.(source),
    })
  })
  const leaves = new SelectList('f')
  const reference = (leaf: Leaf): string => {
    if (leaf.op === 'column') return inputOf(leaf.name)
    if (leaf.op === 'trigger')
      return leaves.nameOf(
        deliveredSql(
          `d.${fields.get(leaf.name)}`,
          columns.find(({ name }) => name === leaf.name)!,
          dialect,
        ),
      )
    return featureOf(leaf, 'value')!
  }
  const featureOf = (leaf: Extract<Leaf, { op: 'feature' }>, part: 'value' | 'bound'): string | undefined => {
    const read = reads.findIndex(({ group, key }) => nameOf(group.name, key) === nameOf(leaf.group, leaf.key))
    const column = values[read].columns.find(column => column.feature.name === leaf.name && column.part === part)
    return column && leaves.nameOf(`v${read}.${column.name}`)
  }
  const expression = (expr: ExprIR): string => expressionSql(expr, dialect, reference)
  const inputOf = (name: string): string => `i${model.inputs.findIndex(input => input.name === name)}`
  const inputs = model.inputs.map(({ expr }, i) => `${expression(expr)} AS i${i}`)
  const bound = ({ expr }: InputIR) => (bounds ? expressionErrorBound(expr, leaf => featureOf(leaf, 'bound'), expression) : undefined)
  const allBounds = model.inputs.flatMap((input, i) => ({ name: `b${i}`, sql: bound(input) })).filter(({ sql }) => sql !== undefined)
  const score = scoreSql(model.score, model.inputs, { input: inputOf, expression }, dialect)
  const names = identifiers([...model.inputs.map(({ name }) => name), 'score'], ['decision', 't', 'rejected'], dialect)
  const codes = values.flatMap(({ columns }, i) => columns.filter(({ part }) => part === 'rejected').map(({ name }) => `v${i}.${name}`))
  const results = ['_trigger AS decision', '_t AS t', '_rejected AS rejected', ...model.inputs.map((_, i) => `i${i} AS ${names[i]}`)]
  const finalScore = score === undefined ? [] : [`${dialect.finiteOrNull('_score')} AS ${names.at(-1)}`]
  const sql = `WITH
${relations.join(',\n')},${reads.map((read, i) => `\n${readSql(read, i, fields, cutOf(read, i), values[i].sql)},`).join('')}
feature_values AS (
  SELECT ${['d._decision', 'd._trigger', 'd._t', `coalesce(${['NULL', ...codes].join(', ')}) AS _rejected`, ...leaves.columns()].join(',\n    ')}
  FROM decisions d${reads.map((_, i) => `\n  JOIN values${i} v${i} ON v${i}.request = d._decision`).join('')}
),
inputs AS (
  SELECT ${['*', ...inputs, ...allBounds.map(({ name, sql }) => `${sql} AS ${name}`)].join(',\n    ')}
  FROM feature_values
),
scores AS (
  SELECT *, ${score ?? 'NULL'} AS _score
  FROM inputs
)
SELECT ${[...results, ...finalScore, ...allBounds.map(({ name }) => name)].join(',\n  ')}
FROM scores
ORDER BY _decision`
  return { sql, hasScore: score !== undefined, hasBound: model.inputs.map((_, i) => allBounds.some(({ name }) => name === `b${i}`)) }
}

type Leaf = Extract<ExprIR, { op: 'column' | 'trigger' | 'feature' }>

/** The requests of one read, one per decision, and their values. */
function readSql(
  { key }: SqlRead,
  i: number,
  fields: ReadonlyMap<string, string>,
  { prefix, upto, t, excluded, more = [] }: ReturnType<DecisionReads['cutOf']>,
  values: string,
): string {
  const keys = key.map((column, k) => `d.${fields.get(column)} AS k${k}, `).join('')
  return `requests${i} AS (
  SELECT ${[`d._decision AS request, ${keys}${prefix} AS prefix`, `${upto} AS upto`, `${t} AS t`, `${excluded} AS excluded`, ...more].join(', ')}
  FROM decisions d
),
values${i} AS (
${values}
)`
}

/** Every (group, key) that the inputs or the rules of a model read, once, with the features that they read. */
export function modelReads(pipeline: PipelineIR, { inputs, score }: ModelIR): SqlRead[] {
  const reads = new Map<string, { group: string; key: readonly string[]; names: Set<string> }>()
  const visit = (expr: ExprIR): void => {
    if (expr.op === 'feature') {
      const { group, key, name } = expr
      const read = reads.get(nameOf(group, key)) ?? { group, key, names: new Set() }
      reads.set(nameOf(group, key), read)
      read.names.add(name)
    }
    if ('left' in expr) [expr.left, expr.right].forEach(visit)
    if ('of' in expr) visit(expr.of)
  }
  for (const { expr } of inputs) visit(expr)
  if (score.kind === 'rules') for (const { when } of score.rules) visit(when)
  return [...reads.values()].map(({ group: name, key, names }) => {
    const group = pipeline.groups.find(group => group.name === name)!
    return { group: { ...group, features: group.features.filter(feature => names.has(feature.name)) }, key }
  })
}

const nameOf = (group: string, key: readonly string[]): string => JSON.stringify([group, key])

const sourceOf = (pipeline: PipelineIR, name: string): SourceIR => pipeline.sources.find(source => source.name === name)!

import { assert } from '../base/index.ts'
import {
  type ColumnIR,
  type ExprIR,
  expressionLeaves,
  type GroupIR,
  type LeafIR,
  type ModelIR,
  type PipelineIR,
  type SourceIR,
} from '../define/ir/index.ts'
import { triggerColumns } from '../define/model/index.ts'
import { SelectList } from './aggregate-calls.ts'
import type { PointInTimeDialect } from './dialect.ts'
import { expressionErrorBound } from './error-bound.ts'
import { deliveredSql, expressionSql } from './expression.ts'
import { identifiers, lines, sourceNamed, type ColumnNames } from './relations.ts'
import { scoreSql, type ScoreTerms } from './score.ts'
import { valuesQuery, type EventRule, type ResultColumn, type ValuesQuery } from './values.ts'

/** Some features of one group, read at the key that these columns of the trigger give. */
export interface SqlRead {
  readonly group: GroupIR
  readonly key: readonly string[]
}

/** The visible events and the as-of time, as columns of a relation of requests; `excluded` is the event that features with `before` leave out. */
export interface CutSql {
  readonly prefix: string
  readonly upto: string
  readonly t: string
  readonly excluded: string
  /** Further columns, which an event rule needs. */
  readonly more?: readonly string[]
}

/** Decisions before their vectors, and what each of them sees of each group that it reads. */
export interface DecisionReads {
  /** Relations. The last one is `decisions`, with a row per decision: the columns of the trigger, `_decision`, `_trigger` and `_t`. */
  readonly relations: readonly string[]
  /** The identifier of each column of the trigger. */
  readonly fields: ColumnNames
  /** For a decision `d`: the cut of one read. */
  readonly cutOf: (read: SqlRead, index: number) => CutSql
  /** Replaces the rule for which events of a source count; by default those that are visible and not superseded. */
  readonly eventRule?: ((source: SourceIR) => EventRule) | undefined
}

/** A query for vectors and scores. */
export interface VectorQuery {
  readonly sql: string
  /** Is there a score? The user's own function and ONNX have none in SQL. */
  readonly hasScore: boolean
  /** For each input, does it have an error bound? Bounds are the last columns, in order. */
  readonly hasBound: readonly boolean[]
}

/**
 * Builds one query for the vectors of decisions, with score, over the relations of events of all sources.
 *
 * Columns: `decision` (its `_trigger`), `t`, `rejected` (the code with which a feature of the model is rejected, or NULL), the inputs in
 * order, the score, and the error bounds of inexact inputs.
 */
export function vectorsQuery(
  pipeline: PipelineIR,
  model: ModelIR,
  { relations, fields, cutOf, eventRule }: DecisionReads,
  eventsOf: (source: string) => string,
  dialect: PointInTimeDialect,
): VectorQuery {
  const reads = modelReads(pipeline, model)
  const columns = triggerColumns(pipeline, model)
  const values = reads.map(({ group }, i) => {
    const source = sourceNamed(pipeline, group.source)
    const tables = { events: eventsOf(group.source), requests: `requests${i}` }
    return valuesQuery(group, source, tables, dialect, eventRule?.(source))
  })
  // Before the text: the inputs, bounds and score fill this list, whose columns `feature_values` computes.
  const leaves = new SelectList('f')
  const write = expressionWriter({ model, reads, values, columns, fields, dialect, leaves })
  const inputs = model.inputs.map(({ expr }, i) => `${write.expression(expr)} AS i${i}`)
  const bounds = model.inputs
    .map(({ expr }, i) => ({ name: `b${i}`, sql: expressionErrorBound(expr, write.bound, write.expression) }))
    .filter(({ sql }) => sql !== undefined)
  const score = scoreSql(model.score, model.inputs, write, dialect)
  const names = identifiers([...model.inputs.map(({ name }) => name), 'score'], ['decision', 't', 'rejected'], dialect)
  const codes = values.flatMap(({ columns }, i) => columns.filter(({ part }) => part === 'rejected').map(({ name }) => `v${i}.${name}`))
  const results = ['_trigger AS decision', '_t AS t', '_rejected AS rejected', ...model.inputs.map((_, i) => `i${i} AS ${names[i]}`)]
  const finalScore = score === undefined ? [] : [`${dialect.finiteOrNull('_score')} AS ${names.at(-1)}`]
  const sql = `WITH
${[...relations, ...reads.map((read, i) => readSql(read, i, fields, cutOf(read, i), values[i].sql))].join(',\n')},
feature_values AS (
  SELECT ${lines(['d._decision', 'd._trigger', 'd._t', `coalesce(${['NULL', ...codes].join(', ')}) AS _rejected`, ...leaves.columns()])}
  FROM decisions d${reads.map((_, i) => `\n  JOIN values${i} v${i} ON v${i}.request = d._decision`).join('')}
),
inputs AS (
  SELECT ${lines(['*', ...inputs, ...bounds.map(({ name, sql }) => `${sql} AS ${name}`)])}
  FROM feature_values
),
scores AS (
  SELECT *, ${score ?? 'NULL'} AS _score
  FROM inputs
)
SELECT ${lines([...results, ...finalScore, ...bounds.map(({ name }) => name)])}
FROM scores
ORDER BY _decision`
  return { sql, hasScore: score !== undefined, hasBound: model.inputs.map((_, i) => bounds.some(({ name }) => name === `b${i}`)) }
}

type FeatureLeaf = Extract<ExprIR, { op: 'feature' }>

interface WriterOptions {
  readonly model: ModelIR
  readonly reads: readonly SqlRead[]
  /** The values of each read. */
  readonly values: readonly ValuesQuery[]
  /** The columns of the trigger, and their identifiers. */
  readonly columns: readonly ColumnIR[]
  readonly fields: ColumnNames
  readonly dialect: PointInTimeDialect
  /** Gets the leaves that are written: columns of the relation `feature_values`. */
  readonly leaves: SelectList
}

/** Writes the expressions of a model over `feature_values`: fields of the trigger, features and inputs. `bound` is absent for exact features. */
function expressionWriter({ model, reads, values, columns, fields, dialect, leaves }: WriterOptions): ScoreTerms & {
  readonly bound: (feature: FeatureLeaf) => string | undefined
} {
  const input = (name: string): string => {
    const i = model.inputs.findIndex(input => input.name === name)
    assert(i >= 0, 'a score reads inputs of its model')
    return `i${i}`
  }
  const partOf = (leaf: FeatureLeaf, part: ResultColumn['part']): string | undefined => {
    const read = reads.findIndex(({ group, key }) => readId(group.name, key) === readId(leaf.group, leaf.key))
    assert(read >= 0, 'a feature of an expression is among the reads of its model')
    const column = values[read].columns.find(column => column.feature.name === leaf.name && column.part === part)
    return column && leaves.nameOf(`v${read}.${column.name}`)
  }
  const leafSql = (leaf: LeafIR): string => {
    if (leaf.op === 'column') return input(leaf.name)
    if (leaf.op === 'feature') {
      const value = partOf(leaf, 'value')
      assert(value !== undefined, 'a read has a value for each of its features')
      return value
    }
    const column = columns.find(({ name }) => name === leaf.name)
    assert(column !== undefined, 'a field of an expression is a column of the trigger')
    return leaves.nameOf(deliveredSql(`d.${fields.get(leaf.name)}`, column, dialect))
  }
  return { input, expression: expr => expressionSql(expr, dialect, leafSql), bound: leaf => partOf(leaf, 'bound') }
}

/** The requests of one read, one per decision, and their values. */
function readSql(
  { key }: SqlRead,
  i: number,
  fields: ColumnNames,
  { prefix, upto, t, excluded, more = [] }: CutSql,
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
  const expressions = [...inputs.map(({ expr }) => expr), ...(score.kind === 'rules' ? score.rules.map(({ when }) => when) : [])]
  const features = expressions.flatMap(expressionLeaves).filter(leaf => leaf.op === 'feature')
  return [...Map.groupBy(features, ({ group, key }) => readId(group, key)).values()].map(leaves => {
    const [{ group: name, key }] = leaves
    const group = pipeline.groups.find(group => group.name === name)!
    return { group: { ...group, features: group.features.filter(feature => leaves.some(({ name }) => name === feature.name)) }, key }
  })
}

const readId = (group: string, key: readonly string[]): string => JSON.stringify([group, key])

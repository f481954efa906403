/** Decisions of a pipeline on a log (semantics, decisions and placements): vectors and scores, in order. */
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { ExprIR, PipelineIR, ScoreIR, TermIR, Value } from '../../src/define/ir/ir.ts'
import { type Leaf, type Operand, compute, delivered, finite, operand } from './arithmetic.ts'
import { visibleEvents, knownToRun } from './placement.ts'
import type { OracleValue } from './formulas.ts'
import { treesScore } from './trees.ts'
import { moments, type About, type Moment, type Run } from './triggers.ts'
import { value } from './value.ts'

export type Decision = About & {
  readonly model: string
  /** Events in its `P`, of all sources. */
  readonly prefix: number
  readonly t: number
  /** One slot an input, by its name. */
  readonly vector: Readonly<Record<string, OracleValue['delivered']>>
  /** Absent for a user's own score function, and ONNX. */
  readonly score?: number | null
}

/** Every decision in the total order; at one time in the order of the models, then of the keys. */
export function decisions(pipeline: PipelineIR, log: readonly LoggedEvent[], run?: Run): Decision[] {
  return moments(pipeline, log, run).map(moment => decide(pipeline, moment, run))
}

export function decide(pipeline: PipelineIR, moment: Moment, { runOf, scoreBy }: Pick<Run, 'runOf' | 'scoreBy'> = {}): Decision {
  const { model, about, prefix, t } = moment
  const read = (leaf: Leaf): OracleValue['delivered'] => {
    if (leaf.op === 'trigger') return triggerField(moment, leaf.name)
    if (leaf.op === 'feature') return featureValue(pipeline, leaf, moment, runOf)
    return vector[leaf.name] // a condition of a rule may name an input
  }
  const vector: Record<string, OracleValue['delivered']> = {}
  for (const { name, expr } of model.inputs)
    vector[name] = isLeaf(expr) ? read(expr) : delivered(compute(expr, leaf => read(leaf) as Operand))
  const score = scoreOf(scoreBy?.(model.name, about, t) ?? model.score, vector, leaf => read(leaf) as Operand)
  return { model: model.name, ...about, prefix, t, vector, ...(score === undefined ? {} : { score }) }
}

const isLeaf = (expr: ExprIR): expr is Leaf => expr.op === 'trigger' || expr.op === 'feature' || expr.op === 'column'

/** The delivered field of the trigger: a double for any number type. */
const triggerField = ({ columns, row }: Moment, name: string): Value =>
  delivered(
    operand(
      row[name],
      columns.find(column => column.name === name)!,
    ),
  )

function featureValue(
  pipeline: PipelineIR,
  leaf: Extract<Leaf, { op: 'feature' }>,
  moment: Moment,
  runOf: Run['runOf'],
): OracleValue['delivered'] {
  const { about, log, prefix, t, row } = moment
  const group = pipeline.groups.find(({ name }) => name === leaf.group)!
  const feature = group.features.find(({ name }) => name === leaf.name)!
  const source = pipeline.sources.find(({ name }) => name === group.source)!
  const key = leaf.key.map(column => row[column])
  const isRun = runOf !== undefined && group.place.kind === 'batch'
  const { events, clock } = isRun
    ? knownToRun(source, log, runOf(group.name, about, t))
    : visibleEvents(source, group.place, log, prefix, t)
  const { delivered, rejected } = value(group, feature, source, key, events, clock, 'event' in about ? log[about.event] : undefined)
  if (rejected) throw new Error(`${rejected}: ${group.name}.${feature.name}`)
  return delivered
}

/** The score of a vector alone: rules on anything else are not evaluated. */
export const scoreOfVector = (score: ScoreIR, vector: Decision['vector']): number | null | undefined =>
  scoreOf(score, vector, ({ name }) => vector[name] as Operand)

function scoreOf(score: ScoreIR, vector: Decision['vector'], read: (leaf: Leaf) => Operand): number | null | undefined {
  if (score.kind === 'function' || score.kind === 'onnx' || score.kind === 'runtime') return undefined
  if (score.kind === 'none') return null
  if (score.kind === 'rules') return score.rules.find(rule => compute(rule.when, read) === true)?.score ?? score.otherwise
  if (score.kind === 'trees') return treesScore(score, vector)
  let z = score.intercept
  for (const term of score.terms) {
    const contribution = contributionOf(term, vector[term.input] as Value)
    if (contribution === null) return null
    z += contribution
  }
  return finite(score.kind === 'linear' ? z : 1 / (1 + Math.exp(-z)))
}

function contributionOf({ weight = 0, mean = 0, scale = 1, ifNull, levels, otherwise }: TermIR, input: Value): number | null {
  if (levels && input === null) return ifNull ?? otherwise ?? null
  if (levels) return Object.hasOwn(levels, String(input)) ? levels[String(input)] : (otherwise ?? null)
  const x = input ?? ifNull
  return x === undefined ? null : (weight * (Number(x) - mean)) / scale
}

/** Decisions of a pipeline on a log: the trigger `on` (semantics §4), vectors and scores, one event after the other. */
import type { LoggedEvent } from '../../src/define/event.ts'
import type { ExprIR, ModelIR, PipelineIR, ScoreIR, SourceIR, TermIR, TypeIR, Value } from '../../src/define/ir.ts'
import { type Leaf, type Operand, compute, delivered, finite, operand } from './arithmetic.ts'
import { known } from './placement.ts'
import type { OracleValue } from './formulas.ts'
import { value } from './value.ts'

export interface Decision {
  readonly model: string
  /** Index of the triggering event in the log. */
  readonly event: number
  readonly prefix: number
  readonly t: number
  /** One slot an input, by its name. */
  readonly vector: Readonly<Record<string, OracleValue['delivered']>>
  /** Absent where the score is the user's own function. */
  readonly score?: number | null
}

/** Every decision, in the order of the log, then of the models. */
export function decisions(pipeline: PipelineIR, log: readonly LoggedEvent[]): Decision[] {
  const made: Decision[] = []
  let t = -Infinity
  log.forEach((trigger, event) => {
    t = Math.max(t, trigger.arrival)
    if (trigger.deleted) return
    for (const model of pipeline.models)
      if (model.decide.kind === 'on' && model.decide.source === trigger.source) made.push(decide(pipeline, model, log, event, t))
  })
  return made
}

function decide(pipeline: PipelineIR, model: ModelIR, log: readonly LoggedEvent[], event: number, t: number): Decision {
  const prefix = event + 1
  const read = (leaf: Leaf): OracleValue['delivered'] => {
    if (leaf.op === 'trigger') return triggerField(pipeline, log[event], leaf.name)
    if (leaf.op === 'feature') return featureValue(pipeline, leaf, log, event, t)
    return vector[leaf.name] // a condition of a rule may name an input
  }
  const vector: Record<string, OracleValue['delivered']> = {}
  for (const { name, expr } of model.inputs)
    vector[name] = isLeaf(expr) ? read(expr) : delivered(compute(expr, leaf => read(leaf) as Operand))
  const score = scoreOf(model.score, vector, leaf => read(leaf) as Operand)
  return { model: model.name, event, prefix, t, vector, ...(score === undefined ? {} : { score }) }
}

const isLeaf = (expr: ExprIR): expr is Leaf => expr.op === 'trigger' || expr.op === 'feature' || expr.op === 'column'

const sourceOf = (pipeline: PipelineIR, name: string): SourceIR => pipeline.sources.find(source => source.name === name)!

const columnOf = (source: SourceIR, name: string): TypeIR => source.columns.find(column => column.name === name)!

/** A field of the trigger as it is delivered: a double, whatever its number type. */
const triggerField = (pipeline: PipelineIR, { source, row }: LoggedEvent, name: string): Value =>
  delivered(operand(row[name], columnOf(sourceOf(pipeline, source), name)))

function featureValue(
  pipeline: PipelineIR,
  leaf: Extract<Leaf, { op: 'feature' }>,
  log: readonly LoggedEvent[],
  event: number,
  t: number,
): OracleValue['delivered'] {
  const group = pipeline.groups.find(({ name }) => name === leaf.group)!
  const feature = group.features.find(({ name }) => name === leaf.name)!
  const source = sourceOf(pipeline, group.source)
  const trigger = log[event]
  const key = leaf.key.map(column => trigger.row[column])
  const { events, clock } = known(source, group.place, log, event + 1, t)
  const { delivered, refused } = value(group, feature, source, key, events, clock, trigger)
  if (refused) throw new Error(`${refused}: ${group.name}.${feature.name}`)
  return delivered
}

function scoreOf(score: ScoreIR, vector: Decision['vector'], read: (leaf: Leaf) => Operand): number | null | undefined {
  if (score.kind === 'function') return undefined
  if (score.kind === 'rules') return score.rules.find(rule => compute(rule.when, read) === true)?.score ?? score.otherwise
  let z = score.intercept
  for (const term of score.terms) {
    const contribution = contributionOf(term, vector[term.input] as Value)
    if (contribution === null) return null
    z += contribution
  }
  return finite(score.kind === 'linear' ? z : 1 / (1 + Math.exp(-z)))
}

function contributionOf({ weight = 0, mean = 0, scale = 1, ifNull, levels, otherwise }: TermIR, given: Value): number | null {
  if (levels) return given !== null && Object.hasOwn(levels, String(given)) ? levels[String(given)] : (otherwise ?? null)
  const x = given ?? ifNull
  return x === undefined ? null : (weight * (Number(x) - mean)) / scale
}

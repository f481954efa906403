/** Compares recorded decisions with the rebuilt ones: every cell of every vector, and every cut and as-of time with its placement. */
import { aggregateOf } from '../../src/aggregate/aggregate-of.ts'
import type { FeatureIR, GroupIR, InputIR, ModelIR, PipelineIR } from '../../src/define/ir/ir.ts'
import type { RecordedDecision } from '../../src/run/decide/recorded-decision.ts'
import type { SqlVector } from '../../src/sql/answers.ts'
import { recordedReads } from '../../src/sql/recorded-decisions.ts'
import { visibleEvents, ofKey, standing, valueOf } from '../oracle/oracle.ts'
import { agree, answerText } from '../property/compare.ts'
import type { Answer } from '../property/case.ts'
import type { Entry } from '../crash/inspect.ts'
import { eventsOf, type Material } from './case.ts'
import { triggerOf } from './rebuild.ts'

export interface RebuildJudgement {
  /** Compared cells of vectors, and those that are not NULL. */
  values: number
  notNull: number
  /** Compared cuts. */
  cuts: number
  /** The differences, in words. */
  readonly mismatches: string[]
}

export function judge({ ir, entries, recorded }: Material, rebuilt: readonly SqlVector[]): RebuildJudgement {
  const judged: RebuildJudgement = { values: 0, notNull: 0, cuts: 0, mismatches: [] }
  const log = entries.flatMap(entry => ('event' in entry ? [entry.event] : []))
  recorded.forEach((decision, i) => {
    const model = ir.models.find(({ name }) => name === decision.model)!
    checkCuts(judged, { ir, entries, log, model, decision })
    checkVector(judged, { ir, entries, log, model, decision }, rebuilt[i])
  })
  return judged
}

interface Looked {
  readonly ir: PipelineIR
  readonly entries: readonly Entry[]
  readonly log: Parameters<typeof visibleEvents>[2]
  readonly model: ModelIR
  readonly decision: RecordedDecision
}

const placeText = ({ model, decision: { entry, key } }: Looked): string => `'${model.name}' at entry ${entry} about ${JSON.stringify(key)}`

/**
 * The time of a decision is its trigger's, and its reads of each group follow from the group's placement (semantics, decisions and
 * placements).
 */
function checkCuts(judged: RebuildJudgement, looked: Looked): void {
  const { ir, entries, log, model, decision } = looked
  const trigger = entries[decision.entry]
  const t = 'event' in trigger ? trigger.event.arrival : trigger.mark.t
  if (t !== decision.t) judged.mismatches.push(`${placeText(looked)} was decided at ${decision.t}, and its trigger is of ${t}`)
  const prefix = entries.slice(0, decision.entry).filter(entry => 'event' in entry).length + ('event' in trigger ? 1 : 0)
  for (const { id, group } of recordedReads(ir, model)) {
    judged.cuts++
    const want = visibleEvents(sourceOf(ir, group), group.place, log, prefix, decision.t)
    const got = decision.read[id]
    if (want.events.length !== got.visibleEvents || want.clock !== (got.asOf ?? -Infinity))
      judged.mismatches.push(
        `${placeText(looked)} read ${id} with ${got.visibleEvents} visible at ${got.asOf}, and its placement says ${want.events.length} at ${want.clock}`,
      )
  }
}

function checkVector(judged: RebuildJudgement, looked: Looked, rebuilt: SqlVector): void {
  const { model, decision } = looked
  let overflows = false
  for (const [i, input] of model.inputs.entries()) {
    const got = cellOf(decision, input)
    const want: Answer = { value: rebuilt.vector[i] }
    judged.values++
    if (got.value !== null) judged.notNull++
    const tolerance = agree(want, got) && decision.rejected === undefined && rebuilt.rejected === undefined ? 0 : toleranceOf(looked, input)
    overflows ||= tolerance === Infinity
    if (agree({ ...want, tolerance }, got)) continue
    judged.mismatches.push(`${placeText(looked)}: ${input.name} is recorded as ${answerText(got)}, and rebuilt as ${answerText(want)}`)
  }
  // Doubles that overflow on the way are rejected by one and may be a number for another (semantics, numbers).
  if (!overflows && (decision.rejected === undefined) !== (rebuilt.rejected === undefined))
    judged.mismatches.push(
      `${placeText(looked)} is recorded as ${decision.rejected ?? 'not rejected'}, and rebuilt as ${rebuilt.rejected ?? 'not rejected'}`,
    )
}

/** A recorded cell; vectors are nested by the names of inputs. */
function cellOf({ vector }: RecordedDecision, { name }: InputIR): Answer {
  const value = name.split('.').reduce<unknown>((of, part) => (of as Record<string, unknown>)[part], vector)
  return { value: value as Answer['value'] }
}

/** Tolerance between two computations of an input: that of the oracle, which both may differ from. */
function toleranceOf(looked: Looked, { expr }: InputIR): number {
  if (expr.op !== 'feature') return 0
  const { ir, entries, model, decision } = looked
  const read = recordedReads(ir, model).find(({ group, key }) => group.name === expr.group && key.join() === expr.key.join())!
  const feature = read.group.features.find(({ name }) => name === expr.name)!
  return isExact(feature) ? 0 : inexact(looked, read, feature, triggerOf(model, entries[decision.entry], decision.key))
}

const isExact = (feature: FeatureIR): boolean => aggregateOf(feature).exactness === 'exact'

function inexact(
  { ir, entries, decision }: Looked,
  { id, group, key }: ReturnType<typeof recordedReads>[number],
  feature: FeatureIR,
  trigger: ReturnType<typeof triggerOf>,
): number {
  const source = sourceOf(ir, group)
  const { visibleEvents: count, asOf } = decision.read[id]
  const events = standing(source, eventsOf(source, entries).slice(0, count))
  const at = entries[decision.entry]
  const own = ofKey(
    group,
    events,
    key.map(column => trigger[column] ?? null),
  )
  return valueOf(source, feature, own, asOf ?? -Infinity, 'event' in at ? at.event : undefined).tolerance
}

const sourceOf = ({ sources }: PipelineIR, { source }: GroupIR) => sources.find(({ name }) => name === source)!

/**
 * Computes the labels of all decisions of a model over a history, as known at a time, for training and evaluation.
 *
 * Cost: O((events + decisions) log n). Memory: 15 bytes per decision, and the columns of the label's source.
 */
import { SpillwayError } from '../base/index.ts'
import { concatArrays, sliceColumn } from '../columns/index.ts'
import type { ScoringDefinitions } from '../decision/index.ts'
import type { LabelIR, ModelIR } from '../define/ir/index.ts'
import { triggerId, triggerKey } from '../define/model/index.ts'
import { firstEntryFrom } from '../kernel/index.ts'
import { labellerOf, visibleEventsAt, emptyOutcomes, type Outcomes } from './labels/index.ts'
import { decisionPointsOf } from './decide.ts'
import { FeatureFeed } from './feature-feed.ts'
import type { ReplayLog } from './log.ts'
import { perDecision, type ReplayPoints, type TriggerSchedule } from './decision-points.ts'

const BATCH_SIZE = 1 << 14

/** Labels of the decisions made up to a time. Row i is decision i of `decide`. */
export interface Labels extends Outcomes {
  readonly length: number
  /** 1 true, 0 false; 0 where it is unknown. */
  readonly value: Uint8Array
  /** 1 where `value` is known. */
  readonly known: Uint8Array
  /**
   * Where it is true: the time of the event that says so (`labelFrom`), or the onset of the episode (`begins`), UTC ms; NaN
   * elsewhere.
   */
  readonly outcome: Float64Array
  /** 0 where the episode had already begun (`begins`): such a decision has no label. */
  readonly eligible: Uint8Array
  /** `labelFrom`: number of events that name the decision and came too late to change its label. */
  readonly late: Uint32Array
  /** `labelFrom`: 1 where an action hides the outcome; the label is unknown. */
  readonly censored: Uint8Array
  readonly counts: LabelCounts
}

/** Counts of labels. */
export interface LabelCounts {
  /** All decisions: the sum of the next four. */
  readonly decisions: number
  readonly positive: number
  readonly negative: number
  readonly unknown: number
  readonly notEligible: number
  /** Events that came too late. */
  readonly late: number
  /** Unknown labels that are censored; absent if the label names no action. */
  readonly censored?: number
}

/** Options of `label`. */
export interface LabelOptions {
  /**
   * The time of the labels, UTC ms: events that arrive later are not visible, and later decisions have no label. The end of the log
   * by default.
   */
  readonly at?: number
  /** Decisions per batch; changes no label. */
  readonly stretch?: number
  /**
   * Returns whether one of the actions that hide outcomes (`censoredBy`) followed a decision. Called with the decision's index and,
   * for a decision on an event, the event's `sourcePosition` (NaN otherwise). By default no outcome is hidden.
   */
  readonly isCensored?: (decision: number, sourcePosition: number) => boolean
}

/**
 * The labels of all decisions of a model, as known at a time (docs/semantics.md, Labels).
 *
 * @throws SpillwayError `SPILL_INPUT` for a model without a label, `SPILL_HISTORY` if its source was not loaded; otherwise as `decide`.
 * @example
 * ```ts
 * const { positive, negative, unknown } = label(pipeline, pipeline.ir.models[0], log, { at: Date.UTC(2026, 0, 9) }).counts
 * ```
 */
export function label(definitions: Pick<ScoringDefinitions, 'ir'>, model: ModelIR, log: ReplayLog, options: LabelOptions = {}): Labels {
  if (!model.label) noLabel(model)
  return labelsAt(definitions, model, decisionPointsOf(definitions.ir, model, log), log, options)
}

/** The labels of decisions at given decision points; `log` has the label's source. */
export function labelsAt(
  { ir }: Pick<ScoringDefinitions, 'ir'>,
  model: ModelIR,
  { points, batches }: TriggerSchedule,
  log: ReplayLog,
  { at = log.until, stretch: size = BATCH_SIZE, isCensored }: LabelOptions = {},
): Labels {
  const { label: labelIR = noLabel(model) } = model
  checkLoaded(labelIR, model, log, at)
  const { source, block } = log.histories.get(labelIR.source)!
  const { forgotten } = log
  const judge = labellerOf(labelIR, visibleEventsAt(source, block, at), { strings: log.strings, at, forgotten })
  const key = triggerKey(ir, model)
  const keyName = labelIR.kind === 'from' ? triggerId(ir, model)!.name : key.name
  // The feature's window is lifetime, so the check for forgotten events is done here.
  const feed =
    labelIR.kind === 'begins'
      ? new FeatureFeed({ group: holdsGroup(labelIR), key: [key.name] }, points, { ...log, forgotten: -Infinity })
      : undefined
  const parts: Part[] = []
  let first = 0
  for (const triggers of batches(size)) {
    const t = timesUpTo(at, points, triggers)
    if (t.length === 0) break
    const outcomes = emptyOutcomes(t.length)
    judge.label(sliceColumn(triggers.columnOf(keyName), 0, t.length), t, outcomes)
    dropForgotten(outcomes, t, forgotten)
    const censored = isCensored
      ? censor(outcomes, i => isCensored(first + i, points.sourcePosition?.[triggers.from + i] ?? NaN))
      : new Uint8Array(t.length)
    parts.push({ ...outcomes, censored, eligible: findEligible(outcomes, feed?.next(triggers), t, forgotten) })
    first += t.length
  }
  return labelsOf(parts, labelIR.kind === 'from' && labelIR.censoredBy !== undefined)
}

/** The times of a batch's decisions up to `at`. */
function timesUpTo(at: number, points: ReplayPoints, triggers: Parameters<typeof perDecision>[1]): Float64Array {
  const t = perDecision(points.t, triggers)
  // Times do not decrease, so the last one decides for all.
  return t.length === 0 || t[t.length - 1] <= at ? t : t.subarray(0, firstEntryFrom(t, 1, 0, t.length, at + 1))
}

/** The group whose feature tells whether the condition of an episode held at the key's latest event in the decision's `P`. */
function holdsGroup({
  source,
  key,
  condition,
}: Extract<LabelIR, { kind: 'begins' }>): ConstructorParameters<typeof FeatureFeed>[0]['group'] {
  return {
    name: `label of ${source}`,
    source,
    entity: [key],
    key: [key],
    place: { kind: 'stream' },
    features: [
      { name: 'holds', agg: 'last', window: 'lifetime', hop: 1, input: condition, type: 'bool' },
      { name: 'age', agg: 'timeSinceLast', window: 'lifetime', hop: 1, input: condition, type: 'duration' },
    ],
  }
}

type Part = Outcomes & Pick<Labels, 'eligible' | 'censored'>

/** Removes the outcomes that an action hides. */
function censor({ value, known, outcome }: Outcomes, isCensored: (row: number) => boolean): Uint8Array {
  const censored = Uint8Array.from(value, (_, row) => Number(isCensored(row)))
  for (let row = 0; row < value.length; row++) {
    if (censored[row] === 0) continue
    value[row] = known[row] = 0
    outcome[row] = NaN
  }
  return censored
}

/** Removes the outcomes of decisions up to `forgotten`: events about them may have been forgotten. */
function dropForgotten({ value, known, outcome }: Outcomes, t: Float64Array, forgotten: number): void {
  for (let i = 0; i < t.length && t[i] <= forgotten; i++) {
    value[i] = known[i] = 0
    outcome[i] = NaN
  }
}

/**
 * Determines the eligible decisions. Removes the outcomes of others, of those beyond a limit of the kernel, and of those whose latest
 * event may have been forgotten.
 */
function findEligible(
  { value, known, outcome }: Outcomes,
  latest: ReturnType<FeatureFeed['next']> | undefined,
  t: Float64Array,
  forgotten: number,
): Uint8Array {
  const eligible = new Uint8Array(value.length).fill(1)
  if (!latest) return eligible
  const [holds, age] = latest
  for (let i = 0; i < value.length; i++) {
    const isLatest = forgotten === -Infinity || (!age.nulls[i] && t[i] - age.values[i] > forgotten)
    if (isLatest && !holds.nulls[i] && holds.values[i] === 1) eligible[i] = 0
    if (eligible[i] !== 0 && isLatest && holds.rejected[i] === 0) continue
    value[i] = known[i] = 0
    outcome[i] = NaN
  }
  return eligible
}

function labelsOf(parts: readonly Part[], mayBeCensored: boolean): Labels {
  const all = [{ ...emptyOutcomes(0), eligible: new Uint8Array(0), censored: new Uint8Array(0) }, ...parts]
  const value = concatArrays(all.map(part => part.value))
  const known = concatArrays(all.map(part => part.known))
  const outcome = concatArrays(all.map(part => part.outcome))
  const eligible = concatArrays(all.map(part => part.eligible))
  const late = concatArrays(all.map(part => part.late))
  const censored = concatArrays(all.map(part => part.censored))
  const counts = countsOf({ value, known, eligible, late })
  const hidden = mayBeCensored ? { censored: censored.reduce((sum, flag) => sum + flag, 0) } : {}
  return { length: value.length, value, known, outcome, eligible, late, censored, counts: { ...counts, ...hidden } }
}

function countsOf({ value, known, eligible, late }: Pick<Labels, 'value' | 'known' | 'eligible' | 'late'>): LabelCounts {
  const sum = (numbers: Uint8Array | Uint32Array): number => {
    let total = 0
    for (let i = 0; i < numbers.length; i++) total += numbers[i]
    return total
  }
  const [decisions, positive, settled, eligibleCount] = [value.length, sum(value), sum(known), sum(eligible)]
  return {
    decisions,
    positive,
    negative: settled - positive,
    unknown: eligibleCount - settled,
    notEligible: decisions - eligibleCount,
    late: sum(late),
  }
}

function noLabel({ name }: ModelIR): never {
  throw new SpillwayError(
    'SPILL_INPUT',
    `model '${name}' has no label; give it one: label: labelFrom(source, { … }) or begins(source, r => …, { … })`,
  )
}

function checkLoaded({ source }: LabelIR, { name }: ModelIR, { missing }: ReplayLog, at: number): void {
  if (missing.has(source))
    throw new SpillwayError('SPILL_HISTORY', `labels of model '${name}' are from source '${source}', which has no file; load one`)
  if (Number.isNaN(at)) throw new SpillwayError('SPILL_INPUT', `the time of the labels of model '${name}' is NaN; set 'at' to UTC ms`)
}

/**
 * Computes the labels of all decisions of a model over a history, as known at a time, for training and evaluation.
 *
 * Cost: O((events + decisions) log n). Memory: 15 bytes per decision, and the columns of the label's source.
 */
import { SpillwayError } from '../base/index.ts'
import { lowerBound, sliceColumn } from '../columns/index.ts'
import type { ScoringDefinitions } from '../decision/index.ts'
import type { LabelIR, ModelIR } from '../define/ir/index.ts'
import { labelledColumn, triggerKey } from '../define/model/index.ts'
import { clearOutcome, labellerOf, visibleEventsAt, emptyOutcomes, type Outcomes } from './labels/index.ts'
import { decisionPointsOf } from './decide.ts'
import { FeatureFeed } from './feature-feed.ts'
import type { ReplayLog } from './log.ts'
import { DECISIONS_PER_BATCH, perDecision, type ReplayPoints, type TriggerSchedule } from './decision-points.ts'

/** Labels of the decisions made up to a time. Row i is decision i of `decide`. */
export interface Labels extends Outcomes {
  readonly length: number
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
  readonly batchSize?: number
  /**
   * Returns whether one of the actions that hide outcomes (`censoredBy`) followed a decision. Called with the decision's index and,
   * for a decision on an event, the event's `sourcePosition` (NaN otherwise). By default no outcome is hidden.
   */
  readonly isCensored?: (decision: number, sourcePosition: number) => boolean
}

/**
 * The labels of all decisions of a model, as known at a time (docs/reference/semantics.md, Labels).
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
  { at = log.until, batchSize = DECISIONS_PER_BATCH, isCensored }: LabelOptions = {},
): Labels {
  const { label: labelIR = noLabel(model) } = model
  checkLoaded(labelIR, model, log, at)
  const { source, block } = log.histories.get(labelIR.source)!
  const { forgotten } = log
  const judge = labellerOf(labelIR, visibleEventsAt(source, block, at), { strings: log.strings, at, forgotten })
  const key = triggerKey(ir, model)
  const keyName = labelledColumn(ir, model).name
  // The feature's window is lifetime, so the check for forgotten events is done here.
  const feed =
    labelIR.kind === 'begins'
      ? new FeatureFeed({ group: holdsGroup(labelIR), key: [key.name] }, points, { ...log, forgotten: -Infinity })
      : undefined
  const parts: Outcomes[] = []
  let first = 0
  for (const triggers of batches(batchSize)) {
    const t = timesUpTo(at, points, triggers)
    if (t.length === 0) break
    const outcomes = emptyOutcomes(t.length)
    judge(sliceColumn(triggers.columnOf(keyName), 0, t.length), t, outcomes)
    // Events about decisions up to `forgotten` may have been forgotten.
    for (let row = 0; row < t.length && t[row] <= forgotten; row++) clearOutcome(outcomes, row)
    if (isCensored) censor(outcomes, row => isCensored(first + row, points.sourcePosition?.[triggers.from + row] ?? NaN))
    if (feed) dropIneligible(outcomes, feed.next(triggers), t, forgotten)
    parts.push(outcomes)
    first += t.length
  }
  return labelsOf(parts, labelIR.kind === 'from' && labelIR.censoredBy !== undefined)
}

/** The times of a batch's decisions up to `at`; times do not decrease. */
function timesUpTo(at: number, points: ReplayPoints, triggers: Parameters<typeof perDecision>[1]): Float64Array {
  const t = perDecision(points.t, triggers)
  return t.subarray(0, lowerBound(t, at + 1))
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

/** Removes the outcomes that an action hides. */
function censor(outcomes: Outcomes, isCensored: (row: number) => boolean): void {
  for (let row = 0; row < outcomes.censored.length; row++) {
    if (!isCensored(row)) continue
    outcomes.censored[row] = 1
    clearOutcome(outcomes, row)
  }
}

/**
 * Determines the eligible decisions. Removes the outcomes of others, of those beyond a limit of the kernel, and of those whose latest
 * event may have been forgotten.
 */
function dropIneligible(outcomes: Outcomes, [holds, age]: ReturnType<FeatureFeed['next']>, t: Float64Array, forgotten: number): void {
  const { eligible } = outcomes
  for (let row = 0; row < t.length; row++) {
    const isLatest = forgotten === -Infinity || (!age.nulls[row] && t[row] - age.values[row] > forgotten)
    if (isLatest && !holds.nulls[row] && holds.values[row] === 1) eligible[row] = 0
    if (eligible[row] === 0 || !isLatest || holds.rejected[row] !== 0) clearOutcome(outcomes, row)
  }
}

function labelsOf(parts: readonly Outcomes[], mayBeCensored: boolean): Labels {
  const length = parts.reduce((sum, { value }) => sum + value.length, 0)
  const all = emptyOutcomes(length)
  let at = 0
  for (const part of parts) {
    for (const name of Object.keys(all) as (keyof Outcomes)[]) all[name].set(part[name], at)
    at += part.value.length
  }
  const hidden = mayBeCensored ? { censored: sumOf(all.censored) } : {}
  return { length, ...all, counts: { ...countsOf(all), ...hidden } }
}

function countsOf({ value, known, eligible, late }: Outcomes): LabelCounts {
  const [positive, settled, eligibleCount] = [sumOf(value), sumOf(known), sumOf(eligible)]
  return {
    decisions: value.length,
    positive,
    negative: settled - positive,
    unknown: eligibleCount - settled,
    notEligible: value.length - eligibleCount,
    late: sumOf(late),
  }
}

function sumOf(numbers: Uint8Array | Uint32Array): number {
  let total = 0
  for (let i = 0; i < numbers.length; i++) total += numbers[i]
  return total
}

function noLabel({ name }: ModelIR): never {
  throw new SpillwayError(
    'SPILL_INPUT',
    `model '${name}' has no label; give it one: label: labelFrom(source, { … }), begins(source, r => …, { … }) or happens(source, { … })`,
  )
}

function checkLoaded({ source }: LabelIR, { name }: ModelIR, { missing }: ReplayLog, at: number): void {
  if (missing.has(source))
    throw new SpillwayError('SPILL_HISTORY', `labels of model '${name}' are from source '${source}', which has no file; load one`)
  if (Number.isNaN(at)) throw new SpillwayError('SPILL_INPUT', `the time of the labels of model '${name}' is NaN; set 'at' to UTC ms`)
}

/**
 * The horizon of a label: how long after a decision the label may still become known, ms. Before that only some labels are known,
 * mostly positive ones, so known labels are a biased sample.
 */
export function labelHorizon(label: LabelIR): number {
  if (label.kind === 'from') return label.negativeAfter
  return label.within + (label.kind === 'begins' ? label.lasting : label.lateness)
}

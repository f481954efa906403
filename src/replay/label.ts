/**
 * Labels of all decisions that a model makes over a history, as known at a time: for fitting and judging it.
 *
 * O((events + decisions) log n); 15 bytes a decision, and what its label needs of the events of its source.
 */
import { SpillwayError } from '../base/errors.ts'
import { joined } from '../columns/concat.ts'
import { columnSlice } from '../columns/slice.ts'
import type { Definitions } from '../decision/scoring.ts'
import type { LabelIR, ModelIR } from '../define/ir/ir.ts'
import { triggerId, triggerKey } from '../define/model/trigger-columns.ts'
import { firstFrom } from '../kernel/order.ts'
import { judgeOf, knownAt, noOutcomes, type Outcomes } from './labels/index.ts'
import { triggeringOf } from './decide.ts'
import { Feed } from './feed.ts'
import type { ReplayLog } from './log.ts'
import { ofDecisions, type Moments, type Triggering } from './triggering.ts'

const STRETCH = 1 << 14

/** Labels of the decisions made by a time. Row i is decision i of `decide`. */
export interface Labels extends Outcomes {
  readonly length: number
  /** 1 true, 0 false, and 0 where it is not known. */
  readonly value: Uint8Array
  /** 1 where `value` is known. */
  readonly known: Uint8Array
  /** Where it is true: the event time of the event that says so (`labelFrom`), or the onset of the episode (`begins`), UTC ms; NaN elsewhere. */
  readonly outcome: Float64Array
  /** 0 where it was going on already (`begins`): such a decision has no label. */
  readonly eligible: Uint8Array
  /** `labelFrom`: events that name the decision and came too late to change its label. */
  readonly late: Uint32Array
  /** `labelFrom`: 1 where what came of it cannot be seen for what was done about it; it is not known. */
  readonly censored: Uint8Array
  readonly counts: LabelCounts
}

export interface LabelCounts {
  /** All, which are the next four together. */
  readonly decisions: number
  readonly positive: number
  readonly negative: number
  readonly unknown: number
  readonly notEligible: number
  /** Events that came too late. */
  readonly late: number
  /** Of the unknown those that are censored; absent where the label names no action. */
  readonly censored?: number
}

export interface LabelOptions {
  /** UTC ms: of what arrives later nothing is known, and decisions that are made later have no label. The end of the log unless given. */
  readonly at?: number
  /** Decisions handled at a time, which changes no label. */
  readonly stretch?: number
  /**
   * Whether one of the actions that hide outcomes (`censoredBy`) followed from a decision, by its index and, of a decision on an event, where that stands; nobody was answered unless given.
   */
  readonly isCensored?: (decision: number, position: number) => boolean
}

/**
 * What came of each decision of a model, as known at a time (docs/semantics.md, Labels). Throws `SPILL_INPUT` for a model without a label, and where its
 * source was not loaded; otherwise as `decide` does.
 */
export function label(definitions: Pick<Definitions, 'ir'>, model: ModelIR, log: ReplayLog, options: LabelOptions = {}): Labels {
  if (!model.label) noLabel(model)
  return labelsOfMoments(definitions, model, triggeringOf(definitions.ir, model, log), log, options)
}

/** The same for decisions that stand somewhere else: `log` has what their labels are from. */
export function labelsOfMoments(
  { ir }: Pick<Definitions, 'ir'>,
  model: ModelIR,
  { moments, stretches }: Triggering,
  log: ReplayLog,
  { at = log.until, stretch: size = STRETCH, isCensored }: LabelOptions = {},
): Labels {
  const { label: given = noLabel(model) } = model
  checkLoaded(given, model, log, at)
  const { source, block } = log.histories.get(given.source)!
  const { forgotten } = log
  const judge = judgeOf(given, knownAt(source, block, at), { strings: log.strings, at, forgotten })
  const key = triggerKey(ir, model)
  const keyName = given.kind === 'from' ? triggerId(ir, model)!.name : key.name
  // Its window is all of time: whether what was forgotten matters is looked at here.
  const feed =
    given.kind === 'begins' ? new Feed({ group: isGoingOn(given), key: [key.name] }, moments, { ...log, forgotten: -Infinity }) : undefined
  const parts: Part[] = []
  let first = 0
  for (const part of stretches(size)) {
    const t = madeBy(at, moments, part)
    if (t.length === 0) break
    const outcomes = noOutcomes(t.length)
    judge.judge(columnSlice(part.columnOf(keyName), 0, t.length), t, outcomes)
    forget(outcomes, t, forgotten)
    const censored = isCensored
      ? censor(outcomes, i => isCensored(first + i, moments.position?.[part.from + i] ?? NaN))
      : new Uint8Array(t.length)
    parts.push({ ...outcomes, censored, eligible: keepEligible(outcomes, feed?.next(part), t, forgotten) })
    first += t.length
  }
  return labelsOf(parts, given.kind === 'from' && given.censoredBy !== undefined)
}

/** The times of the decisions of a stretch that are made by then. */
function madeBy(at: number, moments: Moments, part: Parameters<typeof ofDecisions>[1]): Float64Array {
  const t = ofDecisions(moments.t, part)
  // They do not fall: the last one tells of all.
  return t.length === 0 || t[t.length - 1] <= at ? t : t.subarray(0, firstFrom(t, 1, 0, t.length, at + 1))
}

/** Whether the condition of an episode held at the latest event of the key, as a feature: what is known of it is the decision's `P`. */
function isGoingOn({ source, key, condition }: Extract<LabelIR, { kind: 'begins' }>): ConstructorParameters<typeof Feed>[0]['group'] {
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

/** Takes the outcomes away that cannot be seen, whatever came. */
function censor({ value, known, outcome }: Outcomes, isCensored: (row: number) => boolean): Uint8Array {
  const censored = Uint8Array.from(value, (_, row) => Number(isCensored(row)))
  for (let row = 0; row < value.length; row++) {
    if (censored[row] === 0) continue
    value[row] = known[row] = 0
    outcome[row] = NaN
  }
  return censored
}

/** What came of a decision up to `forgotten` may have arrived by then. */
function forget({ value, known, outcome }: Outcomes, t: Float64Array, forgotten: number): void {
  for (let i = 0; i < t.length && t[i] <= forgotten; i++) {
    value[i] = known[i] = 0
    outcome[i] = NaN
  }
}

/**
 * Which decisions are eligible. Takes the outcomes away of those that are not, where a limit of the kernel was passed, and where the latest event that says whether it was going on may be
 * one that was forgotten, so that nothing tells.
 */
function keepEligible(
  { value, known, outcome }: Outcomes,
  latest: ReturnType<Feed['next']> | undefined,
  t: Float64Array,
  forgotten: number,
): Uint8Array {
  const eligible = new Uint8Array(value.length).fill(1)
  if (!latest) return eligible
  const [holds, age] = latest
  for (let i = 0; i < value.length; i++) {
    const isLatest = forgotten === -Infinity || (!age.nulls[i] && t[i] - age.values[i] > forgotten)
    if (isLatest && !holds.nulls[i] && holds.values[i] === 1) eligible[i] = 0
    if (eligible[i] !== 0 && isLatest && holds.refused[i] === 0) continue
    value[i] = known[i] = 0
    outcome[i] = NaN
  }
  return eligible
}

function labelsOf(parts: readonly Part[], mayBeCensored: boolean): Labels {
  const all = [{ ...noOutcomes(0), eligible: new Uint8Array(0), censored: new Uint8Array(0) }, ...parts]
  const value = joined(all.map(part => part.value))
  const known = joined(all.map(part => part.known))
  const outcome = joined(all.map(part => part.outcome))
  const eligible = joined(all.map(part => part.eligible))
  const late = joined(all.map(part => part.late))
  const censored = joined(all.map(part => part.censored))
  const counts = countsOf({ value, known, eligible, late })
  const hidden = mayBeCensored ? { censored: censored.reduce((sum, one) => sum + one, 0) } : {}
  return { length: value.length, value, known, outcome, eligible, late, censored, counts: { ...counts, ...hidden } }
}

function countsOf({ value, known, eligible, late }: Pick<Labels, 'value' | 'known' | 'eligible' | 'late'>): LabelCounts {
  const sum = (numbers: Uint8Array | Uint32Array): number => {
    let total = 0
    for (let i = 0; i < numbers.length; i++) total += numbers[i]
    return total
  }
  const [decisions, positive, told, asked] = [value.length, sum(value), sum(known), sum(eligible)]
  return { decisions, positive, negative: told - positive, unknown: asked - told, notEligible: decisions - asked, late: sum(late) }
}

function noLabel({ name }: ModelIR): never {
  throw new SpillwayError(
    'SPILL_INPUT',
    `model '${name}' has no label; give it one: label: labelFrom(source, { … }) or begins(source, r => …, { … })`,
  )
}

function checkLoaded({ source }: LabelIR, { name }: ModelIR, { missing }: ReplayLog, at: number): void {
  if (missing.has(source))
    throw new SpillwayError('SPILL_INPUT', `labels of model '${name}' are from source '${source}', of which no file was given; load it too`)
  if (Number.isNaN(at)) throw new SpillwayError('SPILL_INPUT', `labels of model '${name}' are asked for at no time; 'at' is UTC ms`)
}

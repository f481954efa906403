/** Labels of decisions as of a time, exactly as docs/reference/semantics.md defines them. */
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { LabelIR, PipelineIR, SourceIR, Value } from '../../src/define/ir/ir.ts'
import { evaluate } from './arithmetic.ts'
import { current } from './placement.ts'
import { moments, type About, type Moment, type Run } from './triggers.ts'
import { inOrder } from './value.ts'

export type Label = boolean | 'unknown' | 'not eligible'

export type LabelledDecision = About & {
  readonly model: string
  readonly t: number
  readonly label: Label
  /** When it became true, UTC ms. */
  readonly outcome?: number
  /** Events that came too late to change it. */
  readonly late: number
  /** Its outcome cannot be observed. */
  readonly censored?: true
}

/** The labels, as of `a`, of every decision made by then whose model has one. In the order of decisions. */
export function labels(pipeline: PipelineIR, log: readonly LoggedEvent[], a: number, run?: Run): LabelledDecision[] {
  return moments(pipeline, log, run).flatMap(moment => {
    const { model, about, t } = moment
    if (!model.label || t > a) return []
    const labelled = labelOf(pipeline, model.label, moment, a)
    const result: LabelState = isCensored(pipeline, model.label, about, run)
      ? { label: 'unknown', late: labelled.late, censored: true }
      : labelled
    return [{ model: model.name, ...about, t, ...result }]
  })
}

/** Does an action of the label follow from the recorded score? If it explored, the record says so. */
function isCensored({ actions = [] }: PipelineIR, label: LabelIR, about: About, { scores, fates }: Run = {}): boolean {
  if (!('event' in about) || label.kind !== 'from') return false
  const score = scores?.[about.event]
  if (score === undefined) return false
  const fate = fates?.[about.event] ?? {}
  return actions
    .filter(({ name }) => label.censoredBy?.includes(name))
    .some(({ name, when }) => (name in fate ? fate[name] === 'followed' : evaluate(when, { score }) === true))
}

type LabelState = Pick<LabelledDecision, 'label' | 'outcome' | 'late' | 'censored'>

function labelOf(pipeline: PipelineIR, label: LabelIR, moment: Moment, a: number): LabelState {
  const source = sourceNamed(pipeline, label.source)
  const arrived = (by: number) => moment.log.filter(event => event.source === source.name && event.arrival <= by)
  if (label.kind === 'from') return from(label, source, { arrived, t: moment.t, a, id: moment.row[idOf(pipeline, moment)] })
  const key = moment.row[keyOf(pipeline, moment)]
  return label.kind === 'begins'
    ? { ...begins(label, source, { arrived, moment, a, key }), late: 0 }
    : happens(label, source, { arrived, t: moment.t, a, key })
}

interface LabelEvents {
  /** Events of the label's source that had arrived by a time. */
  readonly arrived: (by: number) => LoggedEvent[]
  readonly a: number
}

type From = Extract<LabelIR, { kind: 'from' }>

function from(label: From, source: SourceIR, { arrived, t, a, id }: LabelEvents & { t: number; id: Value }): LabelState {
  const deadline = t + label.negativeAfter
  const named = (events: readonly LoggedEvent[]) => current(source, events).filter(({ row }) => id !== null && row[label.join] === id)
  const [first] = named(arrived(Math.min(a, deadline))).toSorted((x, y) => x.partition - y.partition || x.offset - y.offset)
  const late = named(arrived(a)).filter(({ arrival }) => arrival > deadline).length
  if (first) {
    const value = evaluate(label.value, first.row) as boolean | null
    return { label: value ?? 'unknown', ...(value === true && { outcome: first.time }), late }
  }
  return { label: a >= deadline && id !== null ? false : 'unknown', late }
}

type Happens = Extract<LabelIR, { kind: 'happens' }>

function happens(label: Happens, source: SourceIR, { arrived, t, a, key }: LabelEvents & { t: number; key: Value }): LabelState {
  const { within, lateness, where, negated = false } = label
  const settledAt = t + within + lateness
  const counted = (events: readonly LoggedEvent[]) =>
    current(source, events).filter(
      ({ time, row }) => row[label.key] === key && t < time && time <= t + within && (!where || evaluate(where, row) === true),
    )
  const times = counted(arrived(Math.min(a, settledAt))).map(({ time }) => time)
  const late = counted(arrived(a)).filter(({ arrival }) => arrival > settledAt).length
  if (times.length > 0) return negated ? { label: false, late } : { label: true, outcome: Math.min(...times), late }
  if (a < settledAt) return { label: 'unknown', late }
  return negated ? { label: true, outcome: t + within, late } : { label: false, late }
}

/** An event with a value of the condition. */
interface Reading {
  readonly time: number
  readonly holds: boolean
}

type Begins = Extract<LabelIR, { kind: 'begins' }>

function begins(
  label: Begins,
  source: SourceIR,
  { arrived, moment, a, key }: LabelEvents & { moment: Moment; key: Value },
): Omit<LabelState, 'late'> {
  const { log, prefix, t } = moment
  const readings = (events: readonly LoggedEvent[]): Reading[] =>
    current(source, events)
      .filter(({ row }) => key !== null && row[label.key] === key)
      .toSorted(inOrder)
      .map(({ time, row }) => ({ time, holds: evaluate(label.condition, row) as boolean | null }))
      .filter((reading): reading is Reading => reading.holds !== null)
  const before = readings(log.slice(0, prefix).filter(event => event.source === source.name)).filter(({ time }) => time <= t)
  if (before.at(-1)?.holds) return { label: 'not eligible' }
  const all = readings(arrived(a))
  const { within, lasting, maxGap } = label
  const isOnset = ({ time }: Reading, i: number): boolean => t < time && time <= t + within && counts(all, i, label)
  const onset = all.find(isOnset)
  if (onset) return { label: true, outcome: onset.time }
  const reached = stretchFrom(
    all,
    all.findLastIndex(({ time }) => time <= t),
    maxGap,
  )
  return { label: reached.some(({ time }) => time >= t + within + lasting) ? false : 'unknown' }
}

/** Does a counted episode start at this reading? */
function counts(all: readonly Reading[], i: number, { lasting, maxGap }: Begins): boolean {
  if (i === 0 || !all[i].holds || all[i - 1].holds || all[i].time - all[i - 1].time > maxGap) return false
  const following = stretchFrom(all, i, maxGap)
  const end = following.findIndex(({ holds }) => !holds)
  return following.slice(0, end < 0 ? following.length : end).some(({ time }) => time >= all[i].time + lasting)
}

/** The readings from this one to the first gap; none from −1. */
function stretchFrom(all: readonly Reading[], i: number, maxGap: number): readonly Reading[] {
  if (i < 0) return []
  const gap = all.findIndex(({ time }, j) => j > i && time - all[j - 1].time > maxGap)
  return all.slice(i, gap < 0 ? all.length : gap)
}

const sourceNamed = (pipeline: PipelineIR, name: string): SourceIR => pipeline.sources.find(source => source.name === name)!

const idOf = (pipeline: PipelineIR, { model: { decide } }: Moment): string =>
  decide.kind === 'on' ? sourceNamed(pipeline, decide.source).id! : ''

function keyOf(pipeline: PipelineIR, { model: { decide } }: Moment): string {
  if (decide.kind === 'every') return decide.column.name
  return decide.kind === 'request' ? decide.key : sourceNamed(pipeline, decide.source).key
}

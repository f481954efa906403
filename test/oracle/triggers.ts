/** Times and subjects of decisions, and the events visible to them (semantics, decisions and placements). */
import type { Fate } from './exploration.ts'
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { ColumnIR, ExprIR, GroupIR, ModelIR, PipelineIR, ScoreIR, TriggerIR, Value } from '../../src/define/ir/ir.ts'
import { current, isDeleted, type BatchRun } from './placement.ts'

/** A request to a model. Its place in the total order is after the first `place` events of the log. */
export interface Request {
  readonly model: string
  readonly place: number
  readonly arrival: number
  readonly row: Readonly<Record<string, Value>>
}

/** Input of a pipeline in addition to events: requests, and its clock. */
export interface Run {
  readonly requests?: readonly Request[]
  /** Ticks occur up to here; default: the last arrival. */
  readonly until?: number
  /** The recorded scores of a run's own decisions on events, by the index of the event; other decisions had no answer. */
  readonly scores?: Readonly<Record<number, number | null>>
  /** The recorded exploration of these decisions, by the index of the event, and by action. */
  readonly fates?: Readonly<Record<number, Readonly<Record<string, Fate>>>>
  /** The batch run that a group answers from at a time, if batch runs are made. */
  readonly runOf?: (group: string, about: About, t: number) => BatchRun | undefined
  /** The version of a model that was promoted last before a time, if it is trained: replaces its definition's score. */
  readonly scoreBy?: (model: string, about: About, t: number) => ScoreIR | undefined
}

/** The subject of a decision: a triggering event or a request, by its index, or the key of a tick. */
export type About = { readonly event: number } | { readonly request: number } | { readonly key: Value }

export interface Moment {
  readonly model: ModelIR
  readonly about: About
  /** `P` is the first `prefix` events of this order of the log. */
  readonly log: readonly LoggedEvent[]
  readonly prefix: number
  readonly t: number
  readonly columns: readonly ColumnIR[]
  readonly row: Readonly<Record<string, Value>>
}

/** Position of a decision: after the first `place` events, before the next event if `ahead`; then by time, kind, model and key. */
interface Placed {
  readonly moments: readonly Moment[]
  readonly place: number
  readonly ahead: boolean
  readonly t: number
  readonly kind: TriggerIR['kind']
}

/** Every decision of all models, in the total order. */
export function moments(pipeline: PipelineIR, log: readonly LoggedEvent[], run: Run = {}): Moment[] {
  const placed = [...onEvents(pipeline, log), ...onRequests(pipeline, log, run.requests ?? []), ...onTicks(pipeline, log, run.until)]
  const kinds = ['on', 'request', 'every']
  const ordered = placed.toSorted(
    (a, b) => a.place - b.place || Number(b.ahead) - Number(a.ahead) || a.t - b.t || kinds.indexOf(a.kind) - kinds.indexOf(b.kind),
  )
  return ordered.flatMap(({ moments }) => moments)
}

function onEvents(pipeline: PipelineIR, log: readonly LoggedEvent[]): Placed[] {
  let t = -Infinity
  return log.map((event, i) => {
    t = Math.max(t, event.arrival)
    const source = pipeline.sources.find(({ name }) => name === event.source)!
    const isTrigger = !isDeleted(source, event)
    const models = pipeline.models.filter(({ decide }) => decide.kind === 'on' && decide.source === event.source && isTrigger)
    const moments = models.map(model => ({ model, about: { event: i }, log, prefix: i + 1, t, columns: source.columns, row: event.row }))
    return { moments, place: i, ahead: false, t, kind: 'on' as const }
  })
}

/** A request's arrival is at least that of earlier events and requests. */
function onRequests(pipeline: PipelineIR, log: readonly LoggedEvent[], requests: readonly Request[]): Placed[] {
  let latest = -Infinity
  return requests.map(({ model: name, place, arrival, row }, request) => {
    const t = (latest = Math.max(latest, arrival, ...log.slice(0, place).map(event => event.arrival)))
    const model = pipeline.models.find(model => model.name === name)!
    const { columns } = model.decide as Extract<TriggerIR, { kind: 'request' }>
    return {
      moments: [{ model, about: { request }, log, prefix: place, t, columns, row }],
      place,
      ahead: true,
      t,
      kind: 'request' as const,
    }
  })
}

/** The tick at `t` sees every event with arrival up to `t`, and its position is after the last of them. */
function onTicks(pipeline: PipelineIR, log: readonly LoggedEvent[], until?: number): Placed[] {
  const arrivals = log.map(({ arrival }) => arrival)
  const last = until ?? Math.max(...arrivals)
  return pipeline.models.flatMap(model => {
    const { decide } = model
    if (decide.kind !== 'every' || log.length === 0) return []
    const ticks: Placed[] = []
    for (let t = Math.ceil(Math.min(...arrivals) / decide.every) * decide.every; t <= last; t += decide.every) {
      const moments = tickAt(pipeline, model, log, t)
      ticks.push({ moments, place: arrivals.findLastIndex(arrival => arrival <= t) + 1, ahead: true, t, kind: 'every' })
    }
    return ticks
  })
}

/** Decisions of a tick: about each key live then, with everything that had arrived by then. */
export function tickAt(pipeline: PipelineIR, model: ModelIR, log: readonly LoggedEvent[], t: number): Moment[] {
  const { live, column } = model.decide as Extract<TriggerIR, { kind: 'every' }>
  const visible = log.filter(({ arrival }) => arrival <= t)
  const order = [...visible, ...log.filter(({ arrival }) => arrival > t)]
  return liveKeys(pipeline, model, visible, t, live).map(key => ({
    model,
    about: { key },
    log: order,
    prefix: visible.length,
    t: t + 0, // −0 is 0
    columns: [column],
    row: { [column.name]: key },
  }))
}

/**
 * Keys with an event in [t − live, t] that is not superseded, in a source that the model reads through a group of its entity; in order,
 * numbers by size and strings by bytes.
 */
function liveKeys(pipeline: PipelineIR, model: ModelIR, visible: readonly LoggedEvent[], t: number, live: number): Value[] {
  const { column } = model.decide as Extract<TriggerIR, { kind: 'every' }>
  const keys = groupsRead(pipeline, model)
    .filter(({ entity }) => entity.length === 1 && entity[0] === column.entity)
    .flatMap(({ source: name, key }) => {
      const source = pipeline.sources.find(source => source.name === name)!
      const own = visible.filter(event => event.source === name)
      return current(source, own)
        .filter(({ time }) => t - live <= time && time <= t)
        .map(({ row }) => row[key[0]])
    })
  return [...new Set(keys)].filter(key => key !== null).toSorted(inOrder)
}

const inOrder = (a: Value, b: Value): number =>
  typeof a === 'string' && typeof b === 'string' ? Buffer.compare(Buffer.from(a), Buffer.from(b)) : Number(a) - Number(b)

function groupsRead(pipeline: PipelineIR, { inputs, score }: ModelIR): GroupIR[] {
  const exprs = [...inputs.map(({ expr }) => expr), ...(score.kind === 'rules' ? score.rules.map(({ when }) => when) : [])]
  const names = new Set(exprs.flatMap(namesOf))
  return pipeline.groups.filter(({ name }) => names.has(name))
}

function namesOf(expr: ExprIR): string[] {
  if (expr.op === 'feature') return [expr.group]
  if ('left' in expr) return [...namesOf(expr.left), ...namesOf(expr.right)]
  return 'of' in expr ? namesOf(expr.of) : []
}

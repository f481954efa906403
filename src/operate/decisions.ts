/**
 * Recorded decisions of a data folder: the newest ones, those of one log entry, and their traces. The trace of a decision has its trigger,
 * each stage until it was durable, and its effects until they were acknowledged.
 */
import { inspect } from 'node:util'
import type { StageMs } from '../base/node/index.ts'
import { didYouMean, SpillwayError, stopwatch, type StrictOmit, traceIdOf, yieldToEventLoop, sumBy } from '../base/index.ts'
import { deliveredCell } from '../decision/index.ts'
import type { SourceIR, Value } from '../define/ir/index.ts'
import { EventLookup, type LocatedEvent, SourceSchemas, type StoredEffect } from '../log/index.ts'
import type { DecisionSummary } from '../log/sqlite/index.ts'
import { matchesKey, newestDecisions } from '../run/history/index.ts'
import {
  decisionChecksum,
  decodeStageTimes,
  recordedDecisions,
  type RecordedDecision,
  type StageMoments,
  stageMomentsOf,
  type StageSample,
  toWholeMicros,
} from '../run/decide/index.ts'
import { type FolderLog, lastPipeline } from './folder-log.ts'
import { decisionsAround, type NeighbourEntries } from './search/decision-time.ts'
import type { SearchResult } from './search/decision-search.ts'
import { newestAtOnce } from './search/newest-at-once.ts'

/** A query for recorded decisions: the newest `last`, or all of one log entry. */
export type DecisionQuery = {
  readonly model?: string | undefined
  /** Key as text. */
  readonly key?: string | undefined
} & ({ readonly last: number } | { readonly entry: number })

/** The decisions that match a query, in order of decision. */
export interface MatchingDecisions {
  readonly decisions: readonly RecordedDecision[]
  /** Number of recorded decisions of the model, or of all models. */
  readonly recorded: number
}

/** A request for the traces of a decision: by its log entry, or by the idempotency key of one of its effects. */
export interface TraceQuery extends StrictOmit<DecisionTraceQuery, 'entry'> {
  readonly target: number | string
}

/** The recorded decisions of one folder. */
export class FolderDecisions {
  readonly #log: FolderLog

  constructor(log: FolderLog) {
    this.#log = log
  }

  /** Models with recorded decisions, sorted by name. */
  models(): DecisionSummary[] {
    return this.#log.models()
  }

  /** Finds decisions. The newest are searched without an index. Throws `SPILL_NOT_FOUND` for a model without recorded decisions. */
  async find(query: DecisionQuery): Promise<MatchingDecisions> {
    const { model, key } = query
    const models = this.models()
    const names = models.map(each => each.model)
    if (model !== undefined && names.length > 0 && !names.includes(model))
      throw new SpillwayError('SPILL_NOT_FOUND', `no decision of model '${model}' is recorded${didYouMean(model, names)}`)
    const decisions =
      'entry' in query
        ? this.#ofEntry(query.entry, model, key)
        : (await newestDecisions(this.#log, { model, key, last: query.last })).decisions
    const recorded = sumBy(models, each => (model === undefined || each.model === model ? each.decisions : 0))
    return { decisions, recorded }
  }

  /** The newest decisions of all models, if they are few enough to decode within milliseconds; `undefined` otherwise. */
  newestAtOnce(last: number): SearchResult | undefined {
    return newestAtOnce(this.#log, last)
  }

  /** Entries with decisions before and after an entry, of one model if it is given. Throws `SPILL_DATA` for a damaged batch that is read. */
  around(entry: number, model: string | undefined): NeighbourEntries {
    return decisionsAround(this.#log, entry, model)
  }

  /**
   * Traces decisions from their trigger to their acknowledged effects; empty if none matches. Throws `SPILL_NOT_FOUND` for an unknown effect,
   * `SPILL_DATA` for damaged data.
   */
  async traces({ target, model, key, ...query }: TraceQuery): Promise<DecisionTrace[]> {
    if (typeof target === 'number') return decisionTraces(this.#log, { entry: target, model, key, ...query })
    const effect = this.#log.effects.byId(target)
    if (!effect) throw new SpillwayError('SPILL_NOT_FOUND', `there is no effect with the id ${inspect(target)}`)
    const { model: ofEffect } = JSON.parse(effect.body) as { model?: string }
    const keyOfEffect = String(JSON.parse(effect.key))
    return decisionTraces(this.#log, { entry: effect.entry, model: model ?? ofEffect, key: key ?? keyOfEffect, ...query })
  }

  #ofEntry(entry: number, model: string | undefined, key: string | undefined): RecordedDecision[] {
    return [...this.#log.decisionsAt(entry)]
      .filter(batch => model === undefined || batch.model === model)
      .flatMap(({ bytes }) => [...recordedDecisions(bytes)])
      .filter(decision => decision.entry === entry && (key === undefined || matchesKey(decision.key, key)))
  }
}

/** A request for a trace. */
export interface DecisionTraceQuery {
  /** The entry that triggered the decision. */
  readonly entry: number
  readonly model?: string | undefined
  /** Key as text. */
  readonly key?: string | undefined
  /** Most decisions to trace: a tick makes one for each key. */
  readonly most: number
  /** Stage times that may not be stored yet. */
  readonly gathered?: readonly StageSample[] | undefined
}

/** The trigger of a decision; times are UTC ms. */
export type DecisionTrigger =
  | ({ readonly kind: 'event'; readonly source: string } & EventFields)
  | { readonly kind: 'tick'; readonly t: number }
  | { readonly kind: 'request'; readonly t: number; readonly fields: Readonly<Record<string, unknown>> }

/** An effect and its durations, ms; a stage that has not ended is absent. */
export interface TracedEffect extends StrictOmit<StoredEffect, 'body' | 'entry' | 'key' | 't'> {
  /** From the durable decision (or its creation, if unknown) to the start of the first try. */
  readonly queueMs?: number
  /** From the start of the first try to that of the last: failed tries and the waits between them. */
  readonly deliveryMs?: number
  /** From the start of the last try to its acknowledgement. */
  readonly acknowledgementMs?: number
}

/** The trace of one decision. */
export interface DecisionTrace {
  readonly decision: RecordedDecision
  /** Absent if the log has forgotten it. */
  readonly on?: DecisionTrigger
  /** End of each stage, UTC ms, and its duration. Both are absent if no sample was stored, or not yet. */
  readonly moments?: StageMoments
  readonly stages?: StageMs
  /** Id of the W3C trace of the request that triggered it, 32 hex digits; absent if none was sampled or stored. */
  readonly traceId?: string
  readonly effects: readonly TracedEffect[]
}

/** Milliseconds of scanning before other work gets a turn. */
const AT_ONCE_MS = 5

/** Traces the decisions of an entry, in order. Throws `SPILL_DATA` for damaged data. */
export async function decisionTraces(
  reader: FolderLog,
  { entry, model, key, most, gathered = [] }: DecisionTraceQuery,
): Promise<DecisionTrace[]> {
  const result: DecisionTrace[] = []
  const on = decidedAt(reader, entry)
  const samples = [...gathered, ...reader.stagesAt(entry).flatMap(({ bytes }) => decodeStageTimes(bytes))]
  const effects = reader.effects.byEntry(entry)
  let since = stopwatch()
  for (const batch of reader.decisionsAt(entry)) {
    if (result.length >= most) break
    if (model !== undefined && batch.model !== model) continue
    const sample = samples.find(
      candidate => candidate.first === batch.first && candidate.model === batch.model && candidate.sum === decisionChecksum(batch.bytes),
    )
    for (const decision of recordedDecisions(batch.bytes, entry)) {
      if ((key !== undefined && !matchesKey(decision.key, key)) || result.length >= most) continue
      const traced = effectsOf(decision, effects, sample)
      result.push({ decision, ...(on && { on }), ...stagesOf(sample), ...traceOfDecision(decision, traced, sample), effects: traced })
    }
    if (stopwatch() - since < AT_ONCE_MS) continue
    await yieldToEventLoop()
    since = stopwatch()
  }
  return result
}

/** The trace of a decision, stored with its stage times or with one of its effects. */
function traceOfDecision(
  { entry }: RecordedDecision,
  effects: readonly TracedEffect[],
  sample: StageSample | undefined,
): { traceId?: string } {
  const context = sample?.traces?.find(({ first, last }) => first <= entry && entry <= last)?.context.traceparent
  const traceparent = context ?? effects.find(({ trace }) => trace !== undefined)?.trace
  return traceparent === undefined ? {} : { traceId: traceIdOf(traceparent) }
}

const stagesOf = (sample: StageSample | undefined): Pick<DecisionTrace, 'moments' | 'stages'> =>
  sample ? { moments: stageMomentsOf(sample), stages: sample.stages } : {}

function decidedAt(reader: FolderLog, entry: number): DecisionTrigger | undefined {
  // Events of earlier definitions are shown as the present definition reads them.
  const sources = lastPipeline(reader)?.ir.sources ?? []
  const lookup = new EventLookup(reader, new SourceSchemas(reader, sources))
  const event = lookup.eventAt(entry)
  if (event) return { kind: 'event', source: event.source, ...eventFields(event, reader, sources) }
  const marker = lookup.markerAt(entry)
  if (marker?.kind === 'tick') return { kind: 'tick', t: marker.t }
  return marker?.kind === 'request' ? { kind: 'request', t: marker.t, fields: marker.fields } : undefined
}

/** The fields of an event, as its source delivers them. Times are UTC ms. */
export interface EventFields {
  readonly time: number
  readonly arrival: number
  readonly fields: Readonly<Record<string, Value>>
}

/** Reads the fields of an event of the log. `sources` are the present definitions. */
export function eventFields(
  { source, block, row, strings }: LocatedEvent,
  reader: Pick<FolderLog, 'schemas'>,
  sources: readonly SourceIR[],
): EventFields {
  // The newest version that has a column gives its type: an int that became a double is read as one. The present one may not be stored yet.
  const versions = [...reader.schemas().filter(schema => schema.source === source), ...sources.filter(({ name }) => name === source)]
  const columns = new Map(versions.flatMap(version => version.columns.map(column => [column.name, column])))
  const fields = Object.entries(block.columns).map(([name, column]): [string, Value] => {
    const { type, scale } = columns.get(name)!
    const value = deliveredCell(column, row, { type, ...(scale !== undefined && { scale }) }, strings)
    return [name, value !== null && type === 'bool' ? value === 1 : value]
  })
  return { time: block.time[row], arrival: block.arrival[row], fields: Object.fromEntries(fields) }
}

function effectsOf({ model, key }: RecordedDecision, effects: readonly StoredEffect[], sample: StageSample | undefined): TracedEffect[] {
  const text = JSON.stringify(key)
  const durable = sample ? stageMomentsOf(sample).durable : -Infinity
  return effects
    .filter(candidate => candidate.key === text && (JSON.parse(candidate.body) as { model?: string }).model === model)
    .map(candidate => tracedOf(candidate, durable))
}

function tracedOf({ body: _body, entry: _entry, key: _key, t: _t, ...effect }: StoredEffect, durable: number): TracedEffect {
  const { decidedAt, began, sent, settled, state } = effect
  return {
    ...effect,
    // Times of effects are whole milliseconds.
    ...(began !== undefined && { queueMs: toWholeMicros(Math.max(0, began - Math.max(decidedAt, durable))) }),
    ...(began !== undefined && sent !== undefined && { deliveryMs: sent - began }),
    ...(state === 'delivered' && sent !== undefined && settled !== undefined && { acknowledgementMs: settled - sent }),
  }
}

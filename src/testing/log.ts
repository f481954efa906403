/** The log of a test: events, requests and a virtual clock. */
import { SpillwayError } from '../base/index.ts'
import { Strings } from '../columns/index.ts'
import type { Pipeline } from '../define/index.ts'
import type { ModelIR, SourceIR } from '../define/ir/index.ts'
import {
  recordBatchOf,
  needsDeduplication,
  HistoryBuilder,
  type HistoryBuilderOptions,
  type Rejection,
  RequestReader,
} from '../intake/index.ts'
import { scheduleCursor } from '../kernel/index.ts'
import { replayLog, type ReplayLog, type Requests } from '../replay/index.ts'

/** A request to a model. */
interface TestRequest {
  readonly model: string
  readonly fields: unknown
  /** Clock of the request, UTC ms. */
  readonly at: number
  /** Number of events before it in the total order. */
  readonly place: number
}

interface Sent {
  readonly record: unknown
  /** Clock of the append, UTC ms. */
  readonly at: number
}

/**
 * Events and requests of a test, and its clock.
 *
 * The total order is the order of sending. Arrivals never decrease along it, so each source's history has that order too. Ticks happen as
 * the clock passes them or is moved to them; an event after a tick gets a later arrival (semantics, the log).
 */
export class TestLog {
  readonly pipeline: Pipeline
  readonly rejected: Rejection[] = []
  readonly #records: readonly Sent[][]
  /** Index of the source, by event. */
  readonly #order: number[] = []
  readonly #requests: TestRequest[] = []
  #now: number
  /** Ticks up to here have happened. A tick at the clock happens once the clock is moved there, since more events may come before it. */
  #ticked = -Infinity

  constructor(pipeline: Pipeline, now: number) {
    this.pipeline = pipeline
    this.#now = now
    this.#records = pipeline.ir.sources.map(() => [])
  }

  /** The clock, UTC ms. */
  get now(): number {
    return this.#now
  }

  /**
   * Moves the clock.
   * @throws `SPILL_INPUT` for a time before the clock.
   */
  moveTo(time: number): void {
    if (time < this.#now) throw new SpillwayError('SPILL_INPUT', `the clock cannot go back from ${this.#now} to ${time}`)
    this.#now = time
    this.#ticked = time
  }

  /**
   * Appends a record at its arrival, or now if that has passed. Keeps a rejected record out. Costs a pass over the events of a source with
   * ids or an identity.
   * @throws `SPILL_INPUT` for a rejected record, unless `mayBeRejected`.
   */
  append(name: string, record: unknown, mayBeRejected: boolean): void {
    const { sources } = this.pipeline.ir
    const index = sources.findIndex(source => source.name === name)
    if (index < 0) throw new SpillwayError('SPILL_NOT_FOUND', `pipeline '${this.pipeline.name}' has no source '${name}'`)
    const entry = { record, at: this.#nextArrival() }
    const earlier = needsDeduplication(sources[index]) ? this.#records[index] : []
    const rejections: Rejection[] = []
    const { block } = this.#intakeOf(sources[index], [...earlier, entry], { onRejected: rejection => rejections.push(rejection) }).finish()
    const [rejection] = rejections
    if (rejection && !mayBeRejected)
      throw new SpillwayError('SPILL_INPUT', `source '${name}' rejected a record (${rejection.reason}): ${rejection.detail}`)
    if (rejection) return void this.rejected.push(...rejections)
    this.#records[index].push(entry)
    const before = earlier.length === 0 ? 0 : this.#order.filter(of => of === index).length
    for (let row = before; row < block.length; row++) this.#order.push(index)
    if (block.length > before) this.#advanceTo(block.arrival[block.length - 1])
  }

  /**
   * Sends a request to a model, now.
   * @throws `SPILL_INPUT` for an invalid request.
   */
  request(model: string, fields: unknown): void {
    const fault = readerOf(definedModel(this.pipeline, model), new Strings()).readFields(fields)
    if (fault) throw new SpillwayError('SPILL_INPUT', `model '${model}' rejected the request (${fault.reason}): ${fault.detail}`)
    const at = this.#nextArrival()
    this.#requests.push({ model, fields, at, place: this.#order.length })
    this.#advanceTo(at)
  }

  /** Arrival of the next event: after the last tick or report, if there were events for it. */
  #nextArrival(): number {
    if (this.#order.length === 0) return this.#now
    const { models, reports = [] } = this.pipeline.ir
    const ticks = models.map(({ decide }) => (decide.kind === 'every' ? Math.floor(this.#ticked / decide.every) * decide.every : -Infinity))
    const reportTimes = reports.map(({ at }) => scheduleCursor(at)(this.#ticked))
    return Math.max(this.#now, ...[...ticks, ...reportTimes].map(t => t + 1))
  }

  /** Moves the clock to the arrival of an event; only ticks before it have passed. */
  #advanceTo(arrival: number): void {
    this.#now = Math.max(this.#now, arrival)
    this.#ticked = Math.max(this.#ticked, arrival - 1)
  }

  /** All events and requests, as a log to replay. */
  replay(): ReplayLog {
    const { ir } = this.pipeline
    const strings = new Strings()
    const histories = ir.sources.map((source, i) => [source.name, this.#intakeOf(source, this.#records[i], { strings }).finish()] as const)
    const next = ir.sources.map(() => 0)
    const order = {
      length: this.#order.length,
      source: Uint8Array.from(this.#order),
      row: Uint32Array.from(this.#order, index => next[index]++),
    }
    return replayLog(ir, new Map(histories), strings, { order, until: this.#ticked, requests: this.#requestsOf(strings) })
  }

  /** Requests in columns, by model. */
  #requestsOf(strings: Strings): ReadonlyMap<string, Requests> {
    const { models, sources } = this.pipeline.ir
    const deciding = models.filter(({ decide }) => decide.kind === 'request')
    return new Map(
      deciding.map(model => {
        const own = this.#requests.filter(request => request.model === model.name)
        const reader = readerOf(model, strings)
        for (const { fields } of own) reader.readFields(fields)
        const before = (source: string, place: number): number =>
          this.#order.slice(0, place).filter(index => sources[index].name === source).length
        const requests: Requests = {
          t: Float64Array.from(own, ({ at }) => at),
          prefixes: source => Int32Array.from(own, ({ place }) => before(source, place)),
          columns: reader.columns(),
        }
        return [model.name, requests]
      }),
    )
  }

  #intakeOf(source: SourceIR, records: readonly Sent[], options: Partial<HistoryBuilderOptions>): HistoryBuilder {
    let at = -Infinity
    const intake = new HistoryBuilder(source, {
      strings: new Strings(),
      map: this.pipeline.maps.get(source.name),
      onRejected: () => {},
      notBefore: () => at,
      ...options,
    })
    for (const { record, at: clock } of records) {
      at = clock
      intake.validate(recordBatchOf([record], 'record'))
    }
    return intake
  }
}

/**
 * A model of a pipeline.
 * @throws `SPILL_NOT_FOUND` for an unknown name.
 */
export function definedModel({ ir }: Pipeline, name: string): ModelIR {
  const model = ir.models.find(candidate => candidate.name === name)
  if (!model) throw new SpillwayError('SPILL_NOT_FOUND', `pipeline '${ir.name}' has no model '${name}'`)
  return model
}

/** The columns of requests to a model, by a model that decides on request. */
function readerOf({ name, decide }: ModelIR, strings: Strings): RequestReader {
  if (decide.kind === 'request') return new RequestReader(decide, strings)
  throw new SpillwayError('SPILL_INPUT', `model '${name}' decides by itself, not on request; see run.decisions(${name})`)
}

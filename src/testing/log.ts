import { SpillwayError } from '../base/errors.ts'
import { Strings } from '../columns/strings.ts'
import type { Pipeline } from '../define/pipeline.ts'
import type { SourceIR } from '../define/ir/ir.ts'
import { batchOf } from '../intake/batch.ts'
import { remembers } from '../intake/admission.ts'
import { Intake, type IntakeOptions } from '../intake/intake.ts'
import type { Refusal } from '../intake/refusal.ts'
import { scheduleCursor } from '../kernel/schedule.ts'
import { replayLog, type ReplayLog } from '../replay/log.ts'
import { checkRequest, requestsOf, type Asked } from './requests.ts'

interface Sent {
  readonly record: unknown
  /** The clock at which it was appended, UTC ms. */
  readonly at: number
}

/**
 * What a test has sent and asked, and its clock.
 *
 * Its total order is that of sending. Arrivals never fall along it, so that each source's history is in that order too. Ticks are made as the
 * clock passes them, or is moved to them; what is appended after a tick is stamped behind it (semantics §4).
 */
export class TestLog {
  readonly pipeline: Pipeline
  readonly refused: Refusal[] = []
  readonly #sent: readonly Sent[][]
  /** For each event, the index of its source. */
  readonly #order: number[] = []
  readonly #asked: Asked[] = []
  #now: number
  /** Ticks are made up to here: those at the clock itself only once it was moved there, for more may be sent at it. */
  #ticked = -Infinity

  constructor(pipeline: Pipeline, now: number) {
    this.pipeline = pipeline
    this.#now = now
    this.#sent = pipeline.ir.sources.map(() => [])
  }

  get now(): number {
    return this.#now
  }

  moveTo(moment: number): void {
    if (moment < this.#now) throw new SpillwayError('SPILL_INPUT', `the clock cannot go back from ${this.#now} to ${moment}`)
    this.#now = moment
    this.#ticked = moment
  }

  /**
   * Appends a record at its arrival, or now if that has passed. Keeps it out, and says so, if it is refused. Costs a pass over what was
   * sent where a source has ids or an identity.
   */
  append(name: string, record: unknown, mayBeRefused: boolean): void {
    const { sources } = this.pipeline.ir
    const index = sources.findIndex(source => source.name === name)
    if (index < 0) throw new SpillwayError('SPILL_INPUT', `pipeline '${this.pipeline.name}' has no source '${name}'`)
    const sent = { record, at: this.#next() }
    const past = remembers(sources[index]) ? this.#sent[index] : []
    const refusals: Refusal[] = []
    const { block } = this.#take(sources[index], [...past, sent], { onRefused: refusal => refusals.push(refusal) }).finish()
    const [refusal] = refusals
    if (refusal && !mayBeRefused)
      throw new SpillwayError('SPILL_INPUT', `source '${name}' refused a record (${refusal.reason}): ${refusal.detail}`)
    if (refusal) return void this.refused.push(...refusals)
    this.#sent[index].push(sent)
    const before = past.length === 0 ? 0 : this.#order.filter(of => of === index).length
    for (let row = before; row < block.length; row++) this.#order.push(index)
    if (block.length > before) this.#passTo(block.arrival[block.length - 1])
  }

  /** Puts a request to a model, now. Throws `SPILL_INPUT` if it is none. */
  ask(model: string, fields: unknown): void {
    checkRequest(this.pipeline.ir, model, fields, new Strings())
    const at = this.#next()
    this.#asked.push({ model, fields, at, place: this.#order.length })
    this.#passTo(at)
  }

  /** The arrival of what is appended now: behind the last tick or report that was made, if there were events for it. */
  #next(): number {
    if (this.#order.length === 0) return this.#now
    const { models, reports = [] } = this.pipeline.ir
    const ticks = models.map(({ decide }) => (decide.kind === 'every' ? Math.floor(this.#ticked / decide.every) * decide.every : -Infinity))
    const made = reports.map(({ at }) => scheduleCursor(at)(this.#ticked))
    return Math.max(this.#now, ...[...ticks, ...made].map(t => t + 1))
  }

  /** The clock goes on to what was appended; only ticks before it are past. */
  #passTo(arrival: number): void {
    this.#now = Math.max(this.#now, arrival)
    this.#ticked = Math.max(this.#ticked, arrival - 1)
  }

  /** Everything sent and asked, as a log to replay. */
  replay(): ReplayLog {
    const { ir } = this.pipeline
    const strings = new Strings()
    const histories = ir.sources.map((source, i) => [source.name, this.#take(source, this.#sent[i], { strings }).finish()] as const)
    const next = ir.sources.map(() => 0)
    const order = {
      length: this.#order.length,
      source: Uint8Array.from(this.#order),
      row: Uint32Array.from(this.#order, index => next[index]++),
    }
    return replayLog(ir, new Map(histories), strings, {
      order,
      until: this.#ticked,
      requests: requestsOf(ir, this.#asked, this.#order, strings),
    })
  }

  #take(source: SourceIR, sent: readonly Sent[], options: Partial<IntakeOptions>): Intake {
    let at = -Infinity
    const intake = new Intake(source, {
      strings: new Strings(),
      map: this.pipeline.maps.get(source.name),
      onRefused: () => {},
      notBefore: () => at,
      ...options,
    })
    for (const { record, at: clock } of sent) {
      at = clock
      intake.take(batchOf([record], 'record'))
    }
    return intake
  }
}

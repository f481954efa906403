import { SpillwayError } from '../base/errors.ts'
import { Strings } from '../columns/strings.ts'
import type { Pipeline } from '../define/pipeline.ts'
import type { SourceIR } from '../define/ir.ts'
import { batchOf } from '../intake/batch.ts'
import { remembers } from '../intake/admission.ts'
import { Intake, type IntakeOptions } from '../intake/intake.ts'
import type { Refusal } from '../intake/refusal.ts'
import { replayLog, type ReplayLog } from '../replay/log.ts'

interface Sent {
  readonly record: unknown
  /** The clock at which it was appended, UTC ms. */
  readonly at: number
}

/**
 * What a test has sent, and its clock.
 *
 * Its total order is that of sending. Arrivals never fall along it, so that each source's history is in that order too.
 */
export class TestLog {
  readonly pipeline: Pipeline
  readonly refused: Refusal[] = []
  readonly #sent: readonly Sent[][]
  /** For each event, the index of its source. */
  readonly #order: number[] = []
  #now: number

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
  }

  /**
   * Appends a record at its arrival, or now if that has passed. Keeps it out, and says so, if it is refused. Costs a pass over what was
   * sent where a source has ids or an identity.
   */
  append(name: string, record: unknown, mayBeRefused: boolean): void {
    const { sources } = this.pipeline.ir
    const index = sources.findIndex(source => source.name === name)
    if (index < 0) throw new SpillwayError('SPILL_INPUT', `pipeline '${this.pipeline.name}' has no source '${name}'`)
    const sent = { record, at: this.#now }
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
    if (block.length > before) this.#now = Math.max(this.#now, block.arrival[block.length - 1])
  }

  /** Everything sent, as a log to replay. */
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
    return replayLog(ir, new Map(histories), strings, { order })
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

import { SpillwayError } from '../base/errors.ts'
import { Strings } from '../columns/strings.ts'
import type { Pipeline } from '../define/pipeline.ts'
import type { SourceIR } from '../define/ir.ts'
import { batchOf } from '../intake/batch.ts'
import { Intake, type IntakeOptions } from '../intake/intake.ts'
import type { Refusal } from '../intake/refusal.ts'
import { replayLog, type ReplayLog } from '../replay/log.ts'

interface Sent {
  readonly record: unknown
  /** The clock at which it was appended, UTC ms. */
  readonly at: number
}

/** What a test has sent, and its clock. */
export class TestLog {
  readonly pipeline: Pipeline
  readonly refused: Refusal[] = []
  readonly #sent: Map<string, Sent[]>
  #now: number

  constructor(pipeline: Pipeline, now: number) {
    this.pipeline = pipeline
    this.#now = now
    this.#sent = new Map(pipeline.ir.sources.map(source => [source.name, []]))
  }

  get now(): number {
    return this.#now
  }

  moveTo(moment: number): void {
    if (moment < this.#now) throw new SpillwayError('SPILL_INPUT', `the clock cannot go back from ${this.#now} to ${moment}`)
    this.#now = moment
  }

  /** Appends a record at its arrival, or now if that has passed. Keeps it out, and says so, if it is refused. */
  append(name: string, record: unknown, mayBeRefused: boolean): void {
    const source = this.pipeline.ir.sources.find(candidate => candidate.name === name)
    if (!source) throw new SpillwayError('SPILL_INPUT', `pipeline '${this.pipeline.name}' has no source '${name}'`)
    const sent = this.#sent.get(name)!
    const refusals: Refusal[] = []
    const arrivals = this.#take(source, [{ record, at: this.#now }], { onRefused: refusal => refusals.push(refusal) }).finish().block.arrival
    if (arrivals.length > 0) this.#now = Math.max(this.#now, arrivals[0]!)
    const intake = this.#take(source, [...sent, { record, at: this.#now }], { onRefused: refusal => refusals.push(refusal) })
    intake.finish()
    const [refusal] = refusals
    if (!refusal) sent.push({ record, at: this.#now })
    else if (mayBeRefused) this.refused.push(refusal)
    else throw new SpillwayError('SPILL_INPUT', `source '${name}' refused a record (${refusal.reason}): ${refusal.detail}`)
  }

  /** Everything sent, as a log to replay. */
  replay(): ReplayLog {
    const strings = new Strings()
    const histories = this.pipeline.ir.sources.map(source => {
      const intake = this.#take(source, this.#sent.get(source.name)!, { strings })
      return [source.name, intake.finish()] as const
    })
    return replayLog(this.pipeline.ir, new Map(histories), strings)
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

/** The decisions that are recorded, as events: a batch is a stretch of one model's. */
import { SpillwayError } from '../../base/errors.ts'
import type { NumberedDecisions, SqliteReader } from '../../log/sqlite/reader.ts'
import { recordedDecisions } from '../../run/decide/recorded-decision.ts'
import { placeText, type EventPlace } from './event-id.ts'
import { otherLog, type Batch, type Journal, type Missed } from './journal.ts'

const nothing = Buffer.alloc(0)

export class DecisionJournal implements Journal {
  readonly #log: Pick<SqliteReader, 'decisionsAfter' | 'decisionNumbers'>

  readonly #onDamage: (error: SpillwayError) => void
  /** Numbers of damaged stretches of which that was said. */
  readonly #said = new Set<number>()

  /** Calls `onDamage` once for each unreadable stretch. Readers get a gap event for the stretch, and continue behind it. */
  constructor(log: Pick<SqliteReader, 'decisionsAfter' | 'decisionNumbers'>, onDamage: (error: SpillwayError) => void = () => {}) {
    this.#log = log
    this.#onDamage = onDamage
  }

  last(): number {
    return this.#log.decisionNumbers().last
  }

  next(after: number, model?: string): Batch | undefined {
    const stretch = this.#log.decisionsAfter(after, model)
    return stretch && new Stretch(stretch, error => this.#damaged(stretch.number, error))
  }

  #damaged(number: number, error: SpillwayError): void {
    if (this.#said.has(number)) return
    this.#said.add(number)
    this.#onDamage(error)
  }

  oldest(): EventPlace {
    return { stretch: Math.max(0, this.#log.decisionNumbers().first - 1), row: Infinity }
  }

  missed(place: EventPlace): Missed | undefined {
    const { first, last } = this.#log.decisionNumbers()
    if (place.stretch > last) return otherLog(last)
    if (place.stretch >= first - 1) return undefined
    return { place: { stretch: first - 1, row: Infinity }, why: 'what came after the id was forgotten; this goes on with what is kept' }
  }
}

class Stretch implements Batch {
  readonly number: number
  readonly #model: string
  readonly #stretch: NumberedDecisions
  readonly #onDamage: (error: SpillwayError) => void
  #whole: Buffer | undefined

  constructor(stretch: NumberedDecisions, onDamage: (error: SpillwayError) => void) {
    this.number = stretch.number
    this.#model = stretch.model
    this.#stretch = stretch
    this.#onDamage = onDamage
  }

  frames(model: string | undefined, { stretch, row }: EventPlace): Buffer {
    const from = stretch === this.number ? row + 1 : 0
    if (model !== undefined && model !== this.#model) return nothing
    if (from > 0) return this.#frames(from)
    this.#whole ??= this.#frames(0)
    return this.#whole
  }

  #frames(from: number): Buffer {
    try {
      return this.#decisionsFrom(from)
    } catch (error) {
      if (!(error instanceof SpillwayError) || error.code !== 'SPILL_DATA') throw error
      return this.#gap(error)
    }
  }

  /** Stands for all of it, with an id behind it, so that a reader which comes back goes on there. */
  #gap(error: SpillwayError): Buffer {
    const { number, first, last } = this.#stretch
    const what = `decisions of '${this.#model}' on entries ${first} to ${last} are damaged`
    this.#onDamage(new SpillwayError('SPILL_DATA', `${what}, and readers of events get a gap for them: ${error.message}`, { cause: error }))
    const data = { why: `${what}; this goes on behind them`, model: this.#model, entries: [first, last] }
    return Buffer.from(`id: ${placeText({ stretch: number, row: Infinity })}\nevent: gap\ndata: ${JSON.stringify(data)}\n\n`)
  }

  #decisionsFrom(from: number): Buffer {
    let text = ''
    let row = 0
    for (const decision of recordedDecisions(this.#stretch.bytes)) {
      if (row >= from) text += `id: ${placeText({ stretch: this.number, row })}\nevent: decision\ndata: ${JSON.stringify(decision)}\n\n`
      row++
    }
    return Buffer.from(text)
  }
}

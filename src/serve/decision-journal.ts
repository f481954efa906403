/** The decisions that are recorded, as events: a batch is a stretch of one model's. */
import type { NumberedDecisions, SqliteReader } from '../log/sqlite/reader.ts'
import { recordedDecisions } from '../run/recorded.ts'
import { placeText, type EventPlace } from './event-place.ts'
import { otherLog, type Batch, type Journal, type Missed } from './journal.ts'

const nothing = Buffer.alloc(0)

export class DecisionJournal implements Journal {
  readonly #log: Pick<SqliteReader, 'decisionsAfter' | 'decisionNumbers'>

  constructor(log: Pick<SqliteReader, 'decisionsAfter' | 'decisionNumbers'>) {
    this.#log = log
  }

  last(): number {
    return this.#log.decisionNumbers().last
  }

  next(after: number, model?: string): Batch | undefined {
    const stretch = this.#log.decisionsAfter(after, model)
    return stretch && new Stretch(stretch)
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
  readonly #bytes: Uint8Array
  #whole: Buffer | undefined

  constructor({ number, model, bytes }: NumberedDecisions) {
    this.number = number
    this.#model = model
    this.#bytes = bytes
  }

  frames(model: string | undefined, { stretch, row }: EventPlace): Buffer {
    const from = stretch === this.number ? row + 1 : 0
    if (model !== undefined && model !== this.#model) return nothing
    if (from > 0) return this.#frames(from)
    this.#whole ??= this.#frames(0)
    return this.#whole
  }

  #frames(from: number): Buffer {
    let text = ''
    let row = 0
    for (const decision of recordedDecisions(this.#bytes)) {
      if (row >= from) text += `id: ${placeText({ stretch: this.number, row })}\nevent: decision\ndata: ${JSON.stringify(decision)}\n\n`
      row++
    }
    return Buffer.from(text)
  }
}

/** Recorded decisions as the journal of an event stream. A batch holds decisions of one model that were recorded together. */
import { SpillwayError } from '../../base/index.ts'
import type { FolderLog } from '../../operate/index.ts'
import { recordedDecisions } from '../../run/decide/index.ts'
import { foreignLogGap, formatEventId, type JournalBatch, type EventPosition, type Journal, type StreamGap } from './journal.ts'

const nothing = Buffer.alloc(0)

/** Decisions by batch, from the reader of a data folder. */
export class DecisionJournal implements Journal {
  readonly #log: Pick<FolderLog, 'decisionsAfter' | 'decisionNumbers'>
  readonly #onDamage: (error: SpillwayError) => void
  /** Numbers of damaged batches that were reported. */
  readonly #reported = new Set<number>()

  /** Calls `onDamage` once for each unreadable batch. Readers get a gap event in its place, and continue after it. */
  constructor(log: Pick<FolderLog, 'decisionsAfter' | 'decisionNumbers'>, onDamage: (error: SpillwayError) => void = () => {}) {
    this.#log = log
    this.#onDamage = onDamage
  }

  last(): number {
    return this.#log.decisionNumbers().last
  }

  next(after: number, model?: string): JournalBatch | undefined {
    const batch = this.#log.decisionsAfter(after, model)
    return batch && new DecisionBatch(batch, error => this.#reportDamage(batch.number, error))
  }

  #reportDamage(number: number, error: SpillwayError): void {
    if (this.#reported.has(number)) return
    this.#reported.add(number)
    this.#onDamage(error)
  }

  oldest(): EventPosition {
    return { batch: Math.max(0, this.#log.decisionNumbers().first - 1), row: Infinity }
  }

  gapAfter(position: EventPosition): StreamGap | undefined {
    const { first, last } = this.#log.decisionNumbers()
    if (position.batch > last) return foreignLogGap(last)
    if (position.batch >= first - 1) return undefined
    return {
      resumeAt: { batch: first - 1, row: Infinity },
      reason: 'events after the id were forgotten; the stream continues with the oldest kept event',
    }
  }
}

type StoredBatch = NonNullable<ReturnType<FolderLog['decisionsAfter']>>

class DecisionBatch implements JournalBatch {
  readonly number: number
  readonly #model: string
  readonly #decisions: StoredBatch
  readonly #onDamage: (error: SpillwayError) => void
  /** The frames of the whole batch, encoded once for all readers. */
  #whole: Buffer | undefined

  constructor(decisions: StoredBatch, onDamage: (error: SpillwayError) => void) {
    this.number = decisions.number
    this.#model = decisions.model
    this.#decisions = decisions
    this.#onDamage = onDamage
  }

  frames(model: string | undefined, { batch, row }: EventPosition): Buffer {
    const from = batch === this.number ? row + 1 : 0
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

  /** A gap event in place of the batch. Its id is the end of the batch, so that a reader that reconnects resumes after it. */
  #gap(error: SpillwayError): Buffer {
    const { number, first, last } = this.#decisions
    const problem = `decisions of '${this.#model}' on entries ${first} to ${last} are damaged`
    this.#onDamage(new SpillwayError('SPILL_DATA', `${problem}, so streams have a gap for them: ${error.message}`, { cause: error }))
    const data = { why: `${problem}; the stream continues after them`, model: this.#model, entries: [first, last] }
    return Buffer.from(`id: ${formatEventId({ batch: number, row: Infinity })}\nevent: gap\ndata: ${JSON.stringify(data)}\n\n`)
  }

  #decisionsFrom(from: number): Buffer {
    let text = ''
    let row = 0
    for (const decision of recordedDecisions(this.#decisions.bytes)) {
      if (row >= from) text += `id: ${formatEventId({ batch: this.number, row })}\nevent: decision\ndata: ${JSON.stringify(decision)}\n\n`
      row++
    }
    return Buffer.from(text)
  }
}

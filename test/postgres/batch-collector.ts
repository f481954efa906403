/** Reads the batches of a table that a run would get, with their positions; nothing is decided. */
import type { RecordBatch } from '../../src/intake/record-batch.ts'
import type { FeedTarget } from '../../src/sources/reader/source-feed.ts'

export class BatchCollector implements FeedTarget {
  readonly batches: RecordBatch[] = []
  readonly #positions = new Map<string, string>()

  submit(_: string, batch: RecordBatch, position?: readonly [string, string]) {
    this.batches.push(batch)
    if (position) this.#positions.set(...position)
    return Promise.resolve({ accepted: 0, duplicates: 0, rejected: 0, sequence: 0 })
  }

  whenRoom(): Promise<void> {
    return Promise.resolve()
  }

  committedPosition(name: string): string | undefined {
    return this.#positions.get(name)
  }

  get records(): unknown[] {
    return this.batches.flatMap(({ records }) => records)
  }

  get rejected(): string[] {
    return this.batches.flatMap(({ undecodable }) => undecodable.map(({ place, detail }) => `${place}: ${detail}`))
  }
}

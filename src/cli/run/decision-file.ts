/** NDJSON output of a run's decisions. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { SpillwayError } from '../../base/index.ts'
import type { StoredDecisionBatch } from '../../log/index.ts'
import { recordedDecisions } from '../../run/decide/index.ts'
import { STANDARD_INPUT } from '../../sources/index.ts'

/** Appends durable decisions to a file or to standard output. After a crash the last ones may be missing; the log has all. */
export class DecisionFile {
  readonly #file: number
  readonly #isOwn: boolean

  /** Throws `SPILL_FILE` if the file cannot be opened. */
  constructor(path: string) {
    this.#isOwn = path !== STANDARD_INPUT
    try {
      this.#file = this.#isOwn ? openSync(path, 'a') : process.stdout.fd
    } catch (error) {
      throw new SpillwayError('SPILL_FILE', `cannot be written: ${(error as Error).message}`, { place: path })
    }
  }

  write(batches: readonly StoredDecisionBatch[]): void {
    for (const { bytes } of batches) {
      const lines = [...recordedDecisions(bytes)].map(decision => `${JSON.stringify(decision)}\n`)
      const text = Buffer.from(lines.join(''))
      for (let written = 0; written < text.length;) written += writeSync(this.#file, text, written)
    }
  }

  close(): void {
    if (this.#isOwn) closeSync(this.#file)
  }
}

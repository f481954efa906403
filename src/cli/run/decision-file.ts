import { closeSync, openSync, writeSync } from 'node:fs'
import { SpillwayError } from '../../base/errors.ts'
import type { StoredDecisions } from '../../log/store.ts'
import { recordedDecisions } from '../../run/decide/recorded-decision.ts'
import { STANDARD_INPUT } from './feeds.ts'

/** Decisions as lines, written once they are durable. After a crash the last of them may be missing from it: the log has them all. */
export class DecisionFile {
  readonly #file: number
  readonly #isOwn: boolean

  constructor(path: string) {
    this.#isOwn = path !== STANDARD_INPUT
    try {
      this.#file = this.#isOwn ? openSync(path, 'a') : process.stdout.fd
    } catch (error) {
      throw new SpillwayError('SPILL_INPUT', `cannot be written: ${(error as Error).message}`, { place: path })
    }
  }

  write(stretches: readonly StoredDecisions[]): void {
    for (const { bytes } of stretches) {
      const lines = [...recordedDecisions(bytes)].map(decision => `${JSON.stringify(decision)}\n`)
      const text = Buffer.from(lines.join(''))
      for (let written = 0; written < text.length;) written += writeSync(this.#file, text, written)
    }
  }

  close(): void {
    if (this.#isOwn) closeSync(this.#file)
  }
}

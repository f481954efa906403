/** The output of a run: its lines for people, events for the process around it, the counts of effects, and the file of decisions. */
import { printStatus } from '../command/print.ts'
import { closeSync, openSync, writeSync } from 'node:fs'
import { SpillwayError } from '../../base/index.ts'
import type { StoredDecisionBatch, EffectChange, NewEffect } from '../../log/index.ts'
import { STANDARD_INPUT } from '../../sources/index.ts'
import { pluralize, formatNumber } from '../command/text-format.ts'
import { recordedDecisions } from '../../run/decide/index.ts'

/** The kind of a line: periodic counts, an effect of a dry run, the start of a source, or anything else. */
export type RunLineKind = 'counts' | 'dry effect' | 'source' | 'other'

/** Receives the output of a run. */
export interface RunOutput {
  readonly print: (line: string, kind?: RunLineKind) => void
  /** Called with the URL of the server once it listens, after the line that says so. */
  readonly onListening?: (url: string) => void
}

/** Prints every line on standard error. */
export const printedOutput: RunOutput = { print: printStatus }

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

/** Effect counts since the start of the process. */
export class EffectCounts {
  readonly counts = { effects: 0, delivered: 0, dead: 0 }
  #dry = 0
  readonly #print: RunOutput['print']
  readonly #actionOf: (number: number) => string

  /** `actionOf` returns the action of an effect number; it is called for dead effects only. */
  constructor(print: RunOutput['print'], actionOf: (number: number) => string) {
    this.#print = print
    this.#actionOf = actionOf
  }

  /** Adds new effects. */
  addCreated(effects: readonly NewEffect[]): void {
    this.counts.effects += effects.length
    for (const { isDry, action, body } of effects) {
      if (!isDry) continue
      this.#dry++
      this.#print(`  ${action} would send ${body}`, 'dry effect')
    }
  }

  /** Adds the outcomes of deliveries. */
  addSettled(changes: readonly EffectChange[]): void {
    for (const change of changes) {
      if (change.kind === 'delivered') this.counts.delivered++
      if (change.kind !== 'dead') continue
      this.counts.dead++
      this.#print(
        `  effect ${change.number} of '${this.#actionOf(change.number)}' is dead after its last attempt: ${change.why}; see spillway effects --state dead`,
      )
    }
  }

  /** The end of the status line. `waiting` effects are in delivery or wait for a retry. */
  text(waiting: number): string {
    const { effects, delivered, dead } = this.counts
    if (effects + delivered + dead + waiting === 0) return ''
    if (this.#dry > 0) return `, ${pluralize(effects, 'effect')} (none sent: a dry run)`
    return `, ${pluralize(effects, 'effect')} (${formatNumber(delivered)} delivered, ${formatNumber(dead)} dead, ${formatNumber(waiting)} waiting)`
  }
}

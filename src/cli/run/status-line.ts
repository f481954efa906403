/** The status line of a run: printed when it has changed, and once an hour when it has not, to show that the run is alive. */
import { stopwatch } from '../../base/index.ts'
import type { RunOperations } from '../../runner/index.ts'
import { pluralize } from '../command/text-format.ts'
import type { RunOutput } from './run-output.ts'

const UNCHANGED_EVERY_MS = 3_600_000

export class StatusLine {
  readonly #print: RunOutput['print']
  readonly #clock: () => number
  #last: { readonly text: string; readonly printed: number } | undefined

  constructor(print: RunOutput['print'], clock: () => number = stopwatch) {
    this.#print = print
    this.#clock = clock
  }

  /** Prints the present text, unless the same text was printed within the hour. */
  update(text: string): void {
    const now = this.#clock()
    if (this.#last?.text === text && now - this.#last.printed < UNCHANGED_EVERY_MS) return
    this.#last = { text, printed: now }
    this.#print(text, 'counts')
  }
}

/** The end of the line: findings of reconciliations and the failure of a backup; empty if there are none. */
export function jobsText(operations: Pick<RunOperations, 'reconciliations' | 'backups'> | undefined): string {
  if (operations === undefined) return ''
  const { unexplained } = operations.reconciliations
  const mismatches = unexplained ? `; ${pluralize(unexplained.values, 'value')} UNEXPLAINED by reconciliation ${unexplained.number}` : ''
  return `${mismatches}${operations.backups?.failure === undefined ? '' : '; the last BACKUP FAILED'}`
}

/** Prepares the layers of a hybrid group during a batch run: fills a second delta, and restores the result as its snapshot. */
import { othersTurn } from '../../base/clock.ts'
import { framesIn } from '../../batch/frames.ts'
import type { RunRecord } from '../../batch/ledger.ts'
import { StateRestoring } from '../../batch/state.ts'
import type { Strings } from '../../columns/strings.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { beginsOf } from '../../log/begins.ts'
import type { Log } from '../../log/log.ts'
import type { StoredLog } from '../../log/store.ts'
import type { Bodies } from './snapshots.ts'
import type { HybridGroup } from './hybrid-group.ts'

export interface LayersOptions {
  readonly store: StoredLog
  readonly log: Log
  readonly strings: Strings
  readonly bodies: Bodies
  readonly record: RunRecord
}

/** The new layers of one run. */
export class Layers {
  readonly #group: HybridGroup
  readonly #options: LayersOptions
  readonly #snapshot: Kernel
  /** End of the log at the start; later entries go to the delta as they are appended. */
  readonly #live: number

  constructor(group: HybridGroup, options: LayersOptions) {
    const { number: run, s, cut } = options.record
    this.#group = group
    this.#options = options
    this.#snapshot = group.emptyBody()
    this.#live = options.log.end
    group.begin({ run, s, cut, kernel: this.#snapshot }, this.#live)
  }

  /** Adds the logged events after the cut to the delta; all of them are durable. */
  fill(signal: AbortSignal): Promise<void> {
    const { bodies, record } = this.#options
    return bodies.fill(this.#group, record, this.#live, signal)
  }

  /** Restores the snapshot from the parts of the result, some thousand keys at a time, between turns. Completes the layers. */
  async restore(parts: Iterable<readonly Uint8Array[]>): Promise<void> {
    const { store, strings, record } = this.#options
    for (const pieces of parts) {
      const restoring = new StateRestoring(this.#snapshot, strings)
      for (const bytes of pieces)
        for (const reader of framesIn(bytes, `the result of run ${record.number}`)) {
          restoring.take(reader)
          await othersTurn()
        }
    }
    this.#group.ready(beginsOf(store).arrival)
  }

  drop(): void {
    this.#group.drop()
  }
}

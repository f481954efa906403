/** Preparation of the next layers of a hybrid group during a batch run: fills a second delta, and restores the result as its snapshot. */
import { yieldToEventLoop } from '../../base/index.ts'
import { readFrames, type BatchRunRecord, StateRestorer } from '../../batch/index.ts'
import type { Strings } from '../../columns/index.ts'
import type { Kernel } from '../../kernel/index.ts'
import { logStartOf, type Log, type NamedValues } from '../../log/index.ts'
import type { Snapshots } from './snapshots.ts'
import type { HybridGroup } from './hybrid-group.ts'

export interface LayerPreparationOptions {
  readonly store: Pick<NamedValues, 'get'>
  readonly log: Log
  readonly strings: Strings
  readonly snapshots: Snapshots
  readonly record: BatchRunRecord
}

/** The next layers of one group, from the start of a run to its swap. */
export class LayerPreparation {
  readonly #group: HybridGroup
  readonly #options: LayerPreparationOptions
  readonly #snapshot: Kernel
  /** End of the log at the start; later entries go to the delta as they are appended. */
  readonly #live: number

  constructor(group: HybridGroup, options: LayerPreparationOptions) {
    const { number: run, s, cut } = options.record
    this.#group = group
    this.#options = options
    this.#snapshot = group.emptySnapshot()
    this.#live = options.log.end
    group.beginLayers({ run, s, cut, kernel: this.#snapshot }, this.#live)
  }

  /** Adds the logged events after the cut to the delta; all of them are durable. */
  fill(signal: AbortSignal): Promise<void> {
    const { snapshots, record } = this.#options
    return snapshots.fillDelta(this.#group, record, this.#live, signal)
  }

  /** Restores the snapshot from the parts of the result, some thousand keys at a time, between turns. Completes the layers. */
  async restore(parts: Iterable<readonly Uint8Array[]>): Promise<void> {
    const { store, strings, record } = this.#options
    for (const pieces of parts) {
      const restoring = new StateRestorer(this.#snapshot, strings)
      for (const bytes of pieces)
        for (const reader of readFrames(bytes, `the result of run ${record.number}`)) {
          restoring.restore(reader)
          await yieldToEventLoop()
        }
    }
    this.#group.completeLayers(logStartOf(store).arrival)
  }

  drop(): void {
    this.#group.dropLayers()
  }
}

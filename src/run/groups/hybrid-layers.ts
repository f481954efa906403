/** The layers of a hybrid group while a batch run is made for it: the head fills beside the one in use, and the result becomes the body beneath it. */
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

export class Layers {
  readonly #group: HybridGroup
  readonly #options: LayersOptions
  readonly #body: Kernel
  /** What the log had when this began; what it gets since goes to the head as it is taken. */
  readonly #live: number

  constructor(group: HybridGroup, options: LayersOptions) {
    const { number: run, s, cut } = options.record
    this.#group = group
    this.#options = options
    this.#body = group.emptyBody()
    this.#live = options.log.end
    group.begin({ run, s, cut, kernel: this.#body }, this.#live)
  }

  /** Gives the head what the log has behind the cut, all of which is durable. */
  fill(signal: AbortSignal): Promise<void> {
    const { bodies, record } = this.#options
    return bodies.fill(this.#group, record, this.#live, signal)
  }

  /** Restores the body from the parts of the result, some thousand keys at a time, between which turns go on. The layers are then whole. */
  async restore(parts: Iterable<readonly Uint8Array[]>): Promise<void> {
    const { store, strings, record } = this.#options
    for (const pieces of parts) {
      const restoring = new StateRestoring(this.#body, strings)
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

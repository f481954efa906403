/**
 * A feature group with a batch placement, in a run that makes its batch runs. It serves the result that was swapped in last, as of the time
 * of that run, and keeps no events.
 */
import type { FeatureColumn } from '../../aggregate/index.ts'
import type { BatchValues } from '../../batch/index.ts'
import type { Strings } from '../../columns/index.ts'
import type { GroupIR, PlacementIR, SourceIR } from '../../define/ir/index.ts'
import { Kernel, scheduleCursor } from '../../kernel/index.ts'
import type { QueryableGroup, GroupAnswers, GroupMemory, GroupQuery, SourceEvents, ValueOrigin } from './live-group.ts'

export class BatchGroup implements QueryableGroup {
  readonly group: GroupIR
  readonly source: SourceIR
  readonly place: Extract<PlacementIR, { kind: 'batch' }>
  /** A result waits outside of the group for its swap. */
  readonly isReady = false
  /** Gives the features of an unseen key: it receives no events. */
  readonly #emptyKernel: Kernel
  /** The latest scheduled time whose run should be done at a time; times do not decrease. */
  readonly #dueAt: (t: number) => number
  #values: BatchValues | undefined

  constructor(group: GroupIR, source: SourceIR, strings: Strings) {
    this.group = group
    this.source = source
    this.#emptyKernel = new Kernel(group, source, { strings })
    const { place } = group
    if (place.kind !== 'batch') throw new Error(`group '${group.name}' is not placed batch`)
    this.place = place
    const lastTime = scheduleCursor(place.schedule)
    this.#dueAt = t => lastTime(t - place.lasts)
  }

  get memory(): GroupMemory {
    return { keyCount: this.#values?.length ?? 0, bytes: this.#values?.bytes ?? 0 }
  }

  /** The run whose values are served. */
  get batchRun(): number | undefined {
    return this.#values?.run
  }

  /** Serves these values from now on. */
  swap(values: BatchValues | undefined): void {
    this.#values = values
  }

  /** A failed run is a missing run, which `originAt` says. */
  setFailure(): void {}

  originAt(t: number): ValueOrigin {
    const due = this.#dueAt(t)
    const isMissing = due > (this.#values?.asOf ?? -Infinity)
    return { layer: 'batch', ...(isMissing && { degraded: `the batch run of ${new Date(due).toISOString()} is not there yet` }) }
  }

  asOfAt(_t: number): number {
    return this.#values?.asOf ?? -Infinity
  }

  applyAndQuery(_events: SourceEvents | undefined, queries: readonly GroupQuery[]): GroupAnswers[] {
    return queries.map(query => this.#answer(query))
  }

  #answer({ keys, times, into }: GroupQuery): GroupAnswers {
    const { length } = times
    const values = this.#values
    const asOf = new Float64Array(length).fill(values?.asOf ?? -Infinity)
    const out: FeatureColumn[] = this.#emptyKernel.read(keys, asOf, into)
    values?.copyInto(out, keys, length)
    return { out, visibleCount: new Float64Array(length).fill(values?.visibleCount ?? 0), asOf }
  }
}

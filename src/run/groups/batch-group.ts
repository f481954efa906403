/**
 * A feature group with a batch placement, in a run that makes its batch runs. It serves the result that was swapped in last, as of the time
 * of that run, and keeps no events.
 */
import type { FeatureColumn } from '../../aggregate/index.ts'
import type { BatchValues } from '../../batch/index.ts'
import type { Strings } from '../../columns/index.ts'
import type { GroupIR, PlacementIR, SourceIR } from '../../define/ir/index.ts'
import { Kernel, scheduleCursor } from '../../kernel/index.ts'
import type { QueryableGroup, GroupAnswers, GroupQuery, SourceEvents } from './live-group.ts'

export class BatchGroup implements QueryableGroup {
  readonly group: GroupIR
  readonly source: SourceIR
  readonly place: Extract<PlacementIR, { kind: 'batch' }>
  /** Gives the features of an unseen key: it receives no events. */
  readonly #emptyKernel: Kernel
  /** The latest scheduled time whose run should be done at a time; times do not decrease. */
  readonly #dueAt: (moment: number) => number
  #values: BatchValues | undefined

  constructor(group: GroupIR, source: SourceIR, strings: Strings) {
    this.group = group
    this.source = source
    this.#emptyKernel = new Kernel(group, source, { strings })
    const { place } = group
    if (place.kind !== 'batch') throw new Error(`group '${group.name}' is not placed batch`)
    this.place = place
    const lastTime = scheduleCursor(place.schedule)
    this.#dueAt = moment => lastTime(moment - place.lasts)
  }

  /** The served values; undefined before the first run. */
  get values(): BatchValues | undefined {
    return this.#values
  }

  /** The run whose values are served. */
  get run(): number | undefined {
    return this.#values?.run
  }

  /** Serves these values from now on. */
  swap(values: BatchValues | undefined): void {
    this.#values = values
  }

  /** Scheduled time of the run that should be swapped in by `t` and is not, UTC ms. `t` does not decrease. */
  missingAt(t: number): number | undefined {
    const due = this.#dueAt(t)
    return due > (this.#values?.s ?? -Infinity) ? due : undefined
  }

  applyAndQuery(_events: SourceEvents | undefined, asks: readonly GroupQuery[]): GroupAnswers[] {
    return asks.map(ask => this.#answer(ask))
  }

  #answer({ keys, clock: times, into }: GroupQuery): GroupAnswers {
    const { length } = times
    const values = this.#values
    const clock = new Float64Array(length).fill(values?.s ?? -Infinity)
    const out: FeatureColumn[] = this.#emptyKernel.read(keys, clock, into)
    values?.copyInto(out, keys, length)
    return { out, known: new Float64Array(length).fill(values?.known ?? 0), clock }
  }
}

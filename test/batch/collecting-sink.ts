/** Collects the results of a batch run. */
import { totalsOf } from '../../src/batch/ledger.ts'
import type { ResultPart, ResultSink } from '../../src/batch/job.ts'

export class CollectingSink implements ResultSink {
  readonly ended: ResultPart[] = []
  readonly stretches = new Map<number, Uint8Array[]>()
  partitions = 0
  readonly #existing: ReadonlySet<number>

  /** `existing`: partitions whose parts exist. */
  constructor(existing: ReadonlySet<number> = new Set()) {
    this.#existing = existing
  }

  begin(partitions: number): ReadonlySet<number> {
    this.partitions = partitions
    return this.#existing
  }

  write(partition: number, stretch: Uint8Array<ArrayBuffer>): Promise<void> {
    this.stretches.set(partition, [...(this.stretches.get(partition) ?? []), stretch])
    return Promise.resolve()
  }

  endPart(part: ResultPart): Promise<void> {
    this.ended.push(part)
    return Promise.resolve()
  }

  get parts(): ResultPart[] {
    return this.ended.toSorted((a, b) => a.partition - b.partition)
  }

  /** Totals of its parts. */
  get sum(): ReturnType<typeof totalsOf> {
    return totalsOf(this.parts)
  }

  bytesOf(partition: number): Buffer {
    return Buffer.concat(this.stretches.get(partition) ?? [])
  }
}

/** A data folder of the model of a group, and the member that reads into it. */
import type { PartitionShare } from '../../src/sources/kafka/partition-share.ts'

/** A member as the group knows it: each joining makes another. */
export class GroupInstance {
  isIn = true
  readonly shares = new Map<number, PartitionShare>()
}

/** Records that become durable at once, and the position behind them. */
export interface SubmittedRange {
  readonly partition: number
  readonly first: number
  readonly end: number
  readonly position: number
}

/** A data folder and the process over it. */
export class GroupFolder {
  readonly id: string
  /** Records in the log, as texts `partition offset`. */
  readonly log: string[] = []
  readonly positions = new Map<number, number>()
  submitted: SubmittedRange[] = []
  /** Undefined while no process is there. */
  instance: GroupInstance | undefined

  constructor(id: string) {
    this.id = id
  }

  recorded(partition: number): { readonly offset: number; readonly epoch: number } | undefined {
    const offset = this.positions.get(partition)
    return offset === undefined ? undefined : { offset, epoch: -1 }
  }

  /** Makes the first submissions durable. */
  commit(count: number): void {
    for (const { partition, first, end, position } of this.submitted.splice(0, count)) {
      for (let offset = first; offset < end; offset++) this.log.push(`${partition} ${offset}`)
      this.positions.set(partition, position)
    }
  }
}

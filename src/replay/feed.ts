import type { Column } from '../columns/block.ts'
import { blockSlice, columnSlice } from '../columns/slice.ts'
import type { Strings } from '../columns/strings.ts'
import type { FeatureColumn } from '../aggregate/aggregate.ts'
import type { ModelIR } from '../define/ir.ts'
import { triggerSource } from '../define/trigger-columns.ts'
import { Kernel } from '../kernel/kernel.ts'
import { placeAsks, type Placed } from '../kernel/placement.ts'
import type { ReplayLog } from './log.ts'
import type { GroupRead } from '../decision/reads.ts'

/**
 * One group read of one model over a history: gives the features of decision after decision, in stretches.
 *
 * The group's placement is mapped to asks once; then each stretch applies the events that its decisions see and reads.
 */
export class Feed {
  readonly read: GroupRead
  readonly kernel: Kernel
  readonly #placed: Placed
  readonly #keys: readonly Column[]
  /** Events of the placed block that are applied. */
  #applied = 0

  constructor(read: GroupRead, model: ModelIR, log: ReplayLog, strings: Strings) {
    const source = log.histories.get(read.group.source)!
    const triggering = triggerSource(model)
    const trigger = log.histories.get(triggering)!.block
    const prefix = log.prefixes(read.group.source, triggering)
    const own = read.group.source === triggering
    this.read = read
    this.#placed = placeAsks(read.group.place, source.source, source.block, { prefix, clock: trigger.arrival, own })
    this.#keys = read.key.map(name => trigger.columns[name])
    this.kernel = new Kernel(read.group, source.source, { strings, floor: this.#placed.floor })
  }

  /** Features of decisions [from, to), which follow those asked last. */
  next(from: number, to: number): FeatureColumn[] {
    const { block, upto, uptoBefore, clock } = this.#placed
    const start = this.#applied
    const end = Math.max(start, upto[to - 1])
    this.#applied = end
    return this.kernel.replay(blockSlice(block, start, end), {
      length: to - from,
      keys: this.#keys.map(column => columnSlice(column, from, to)),
      upto: upto.slice(from, to).map(known => known - start),
      uptoBefore: uptoBefore.slice(from, to).map(known => Math.max(0, known - start)),
      clock: clock.subarray(from, to),
    })
  }

  /** What decision `row` knew of the group: events of its source, and the clock. */
  known(row: number): { readonly known: number; readonly clock: number } {
    return { known: this.#placed.upto[row], clock: this.#placed.clock[row] }
  }
}

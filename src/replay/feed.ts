import type { Block, Column } from '../columns/block.ts'
import type { Strings } from '../columns/strings.ts'
import type { FeatureColumn } from '../aggregate/aggregate.ts'
import type { ModelIR } from '../define/ir.ts'
import { Kernel } from '../kernel/kernel.ts'
import { placeAsks, type Placed } from '../kernel/placement.ts'
import { rowsOf } from './delivered.ts'
import type { ReplayLog } from './log.ts'
import type { GroupRead } from './reads.ts'

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
    const trigger = log.histories.get(model.decide.source)!.block
    const prefix = log.prefixes(read.group.source, model.decide.source)
    const own = read.group.source === model.decide.source
    this.read = read
    this.#placed = placeAsks(read.group.place, source.block, { prefix, clock: trigger.arrival, own })
    this.#keys = read.key.map(name => trigger.columns[name])
    this.kernel = new Kernel(read.group, source.source, { strings, floor: this.#placed.floor })
  }

  /** Features of decisions [from, to), which follow those asked last. */
  next(from: number, to: number): FeatureColumn[] {
    const { block, upto, uptoBefore, clock } = this.#placed
    const start = this.#applied
    const end = Math.max(start, upto[to - 1])
    this.#applied = end
    return this.kernel.replay(stretch(block, start, end), {
      length: to - from,
      keys: this.#keys.map(column => rowsOf(column, from, to)),
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

/** Events [from, to) of a block, without a copy. */
export function stretch(block: Block, from: number, to: number): Block {
  return {
    length: to - from,
    time: block.time.subarray(from, to),
    arrival: block.arrival.subarray(from, to),
    position: block.position.subarray(from, to),
    columns: Object.fromEntries(Object.entries(block.columns).map(([name, column]) => [name, rowsOf(column, from, to)])),
  }
}

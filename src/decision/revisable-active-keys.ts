/**
 * Tracks the active keys of a tick where events can be revised: a superseded event, or one marked deleted, makes no key active
 * (semantics, decisions and placements).
 *
 * The kernel decides which events count in a window. So this class reads a group with one feature: the time since the key's newest
 * event in the last `live` ms. A tick reads every key that was active or has had an event since; inactive keys are dropped until
 * their next event. Cost: the kernel's cost per event, and one read per key at a tick.
 */
import type { Block, ColumnData, Strings } from '../columns/index.ts'
import type { SourceIR } from '../define/ir/index.ts'
import { Kernel } from '../kernel/index.ts'
import type { KeyOrder } from './active-keys.ts'

/** The active keys of a source with an identity. */
export class RevisableActiveKeys {
  readonly #key: string
  readonly #kernel: Kernel
  readonly #order: KeyOrder
  readonly #isText: boolean
  /** Keys that are active, or had an event since, with the newest event time of each at the last tick. */
  readonly #keys = new Map<number, number>()

  constructor(source: SourceIR, key: string, live: number, order: KeyOrder, strings: Strings) {
    const column = source.columns.find(({ name }) => name === key)!
    this.#key = key
    this.#order = order
    this.#isText = column.type === 'string'
    this.#kernel = new Kernel(
      {
        name: `live keys of ${source.name}`,
        source: source.name,
        entity: [column.entity ?? key],
        key: [key],
        place: { kind: 'stream' },
        features: [{ name: 'since', agg: 'timeSinceLast', window: live, hop: 1, type: 'duration' }],
      },
      source,
      { strings },
    )
  }

  /** Adds events. */
  add(block: Block): void {
    this.#kernel.apply(block)
    const { values, nulls } = block.columns[this.#key]
    for (let row = 0; row < block.length; row++) if (!nulls?.[row] && !this.#keys.has(values[row])) this.#keys.set(values[row], -Infinity)
  }

  /** The keys active at a tick, in order. `t`, UTC ms, does not decrease. */
  activeAt(t: number): Float64Array {
    const all = [...this.#keys.keys()]
    const keyColumn: ColumnData = { values: this.#isText ? Int32Array.from(all) : Float64Array.from(all) }
    const [{ values, nulls }] = this.#kernel.read([keyColumn], new Float64Array(all.length).fill(t))
    all.forEach((key, i) => (nulls[i] ? this.#keys.delete(key) : this.#keys.set(key, t - values[i])))
    return Float64Array.from(this.#keys.keys()).sort(this.#order)
  }

  /** As in `ActiveKeys`. */
  newestTime(key: number): number {
    return this.#keys.get(key) ?? -Infinity
  }
}

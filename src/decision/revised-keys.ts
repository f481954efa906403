/**
 * The keys that a tick decides about where events can be revised: a superseded event, or one marked deleted, makes no key live (semantics §4).
 *
 * What counts in a window is the kernel's to know, so this asks it: a group of one feature, how long ago the newest event of the key in the last `live` ms was. A tick reads
 * every key that was live or had an event since; keys that are not live are forgotten until they have another. Costs what the kernel costs an
 * event, and a read a key at a tick.
 */
import type { Block, Column } from '../columns/block.ts'
import type { Strings } from '../columns/strings.ts'
import type { SourceIR } from '../define/ir/ir.ts'
import { Kernel } from '../kernel/kernel.ts'
import type { KeyOrder } from './live-keys.ts'

export class RevisedKeys {
  readonly #key: string
  readonly #kernel: Kernel
  readonly #order: KeyOrder
  readonly #isText: boolean
  /** Keys that are live, or had an event since, and the newest event time of each at the last tick. */
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

  see(block: Block): void {
    this.#kernel.apply(block)
    const { values, nulls } = block.columns[this.#key]
    for (let row = 0; row < block.length; row++) if (!nulls?.[row] && !this.#keys.has(values[row])) this.#keys.set(values[row], -Infinity)
  }

  /** The keys live at a tick, in order. `t`, UTC ms, does not go back. */
  at(t: number): Float64Array {
    const all = [...this.#keys.keys()]
    const asked: Column = { values: this.#isText ? Int32Array.from(all) : Float64Array.from(all) }
    const [{ values, nulls }] = this.#kernel.read([asked], new Float64Array(all.length).fill(t))
    all.forEach((key, i) => (nulls[i] ? this.#keys.delete(key) : this.#keys.set(key, t - values[i])))
    return Float64Array.from(this.#keys.keys()).sort(this.#order)
  }

  /** As `LiveKeys` has it. */
  newestOf(key: number): number {
    return this.#keys.get(key) ?? -Infinity
  }
}

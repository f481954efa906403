/** Groups that were summed over a history, up to `AUDIT_SUMS_BYTES`: those used longest ago are let go. The settings of a group, and its reads at other keys, share what was summed. */
import { limits } from '../../../base/limits.ts'
import type { Block } from '../../../columns/block.ts'
import type { Strings } from '../../../columns/strings.ts'
import type { GroupIR, SourceIR } from '../../../define/ir/ir.ts'
import type { Keys } from '../../../kernel/keys.ts'
import type { Rows } from '../timeline/rows.ts'
import { summedGroup, type SummedGroup } from './summed-group.ts'

/** Of one history, by what tells groups from one another. */
type ById = Map<string, SummedGroup>

export class SummedGroups {
  readonly #bytesMax: number
  /** By the columns of a history's events: other arrivals of the same events in the same order change nothing here. */
  readonly #histories = new WeakMap<Block['columns'], ById>()
  /** In the order of use. */
  #kept: readonly { readonly byId: ById; readonly id: string; readonly group: SummedGroup }[] = []
  readonly #slots = new WeakMap<Keys, WeakMap<Rows['columnOf'], Map<string, Int32Array>>>()

  constructor(bytesMax: number = limits.AUDIT_SUMS_BYTES) {
    this.#bytesMax = bytesMax
  }

  of(group: GroupIR, source: SourceIR, block: Block, strings: Strings): SummedGroup {
    const byId = ensured(this.#histories, block.columns, () => new Map<string, SummedGroup>())
    const id = JSON.stringify([source.name, group.key, group.features])
    const summed = ensured(byId, id, () => summedGroup(group, source, block, strings, this.#bytesMax))
    this.#keep(byId, id, summed)
    return summed
  }

  /** By row the slot of the key that is asked for; that of no events where it has none. */
  slotsAsked({ keys }: SummedGroup, key: readonly string[], { columnOf, length }: Rows): Int32Array {
    const byRows = ensured(this.#slots, keys, () => new WeakMap<Rows['columnOf'], Map<string, Int32Array>>())
    const byKey = ensured(byRows, columnOf, () => new Map<string, Int32Array>())
    return ensured(byKey, JSON.stringify(key), () => {
      const slots = keys.slotsOf(key.map(columnOf), length, false)
      for (let row = 0; row < length; row++) if (slots[row] < 0) slots[row] = keys.size
      return slots
    })
  }

  #keep(byId: ById, id: string, group: SummedGroup): void {
    const kept = [...this.#kept.filter(other => other.group !== group), { byId, id, group }]
    let bytes = kept.reduce((sum, other) => sum + other.group.bytes, 0)
    while (kept.length > 1 && bytes > this.#bytesMax) {
      const oldest = kept.shift()!
      oldest.byId.delete(oldest.id)
      bytes -= oldest.group.bytes
    }
    this.#kept = kept
  }
}

interface Entries<K, V> {
  get(key: K): V | undefined
  set(key: K, value: V): unknown
}

function ensured<K, V>(entries: Entries<K, V>, key: K, make: () => V): V {
  const known = entries.get(key)
  if (known !== undefined) return known
  const made = make()
  entries.set(key, made)
  return made
}

/**
 * A least-recently-used cache of prefix sums, bounded by `AUDIT_SUMS_BYTES`. All settings of a group and its reads at other keys share
 * them.
 */
import { limits } from '../../../base/index.ts'
import type { Block, Strings } from '../../../columns/index.ts'
import type { GroupIR, SourceIR } from '../../../define/ir/index.ts'
import type { KeySlots } from '../../../kernel/index.ts'
import type { DecisionRows } from '../timeline/decision-rows.ts'
import { summedGroup, type SummedGroup } from './summed-group.ts'

/** The groups of one history by id. */
type ById = Map<string, SummedGroup>

export class SummedGroups {
  readonly #bytesMax: number
  /** By the columns of a history's events: changed arrivals in the same order do not matter here. */
  readonly #histories = new WeakMap<Block['columns'], ById>()
  /** In order of use. */
  #recent: readonly { readonly byId: ById; readonly id: string; readonly group: SummedGroup }[] = []
  readonly #slots = new WeakMap<KeySlots, WeakMap<DecisionRows['columnOf'], Map<string, Int32Array>>>()

  constructor(bytesMax: number = limits.AUDIT_SUMS_BYTES) {
    this.#bytesMax = bytesMax
  }

  getOrBuild(group: GroupIR, source: SourceIR, block: Block, strings: Strings): SummedGroup {
    const byId = getOrCreate(this.#histories, block.columns, () => new Map<string, SummedGroup>())
    const id = JSON.stringify([source.name, group.key, group.features])
    const summed = getOrCreate(byId, id, () => summedGroup(group, source, block, strings, this.#bytesMax))
    this.#markUsed(byId, id, summed)
    return summed
  }

  /** The slot of each row's key; the slot without events for an unknown key. */
  querySlots({ keys }: SummedGroup, key: readonly string[], { columnOf, length }: DecisionRows): Int32Array {
    const byRows = getOrCreate(this.#slots, keys, () => new WeakMap<DecisionRows['columnOf'], Map<string, Int32Array>>())
    const byKey = getOrCreate(byRows, columnOf, () => new Map<string, Int32Array>())
    return getOrCreate(byKey, JSON.stringify(key), () => {
      const slots = keys.slotsOf(key.map(columnOf), length, false)
      for (let row = 0; row < length; row++) if (slots[row] < 0) slots[row] = keys.size
      return slots
    })
  }

  #markUsed(byId: ById, id: string, group: SummedGroup): void {
    const recent = [...this.#recent.filter(other => other.group !== group), { byId, id, group }]
    let bytes = recent.reduce((sum, other) => sum + other.group.bytes, 0)
    while (recent.length > 1 && bytes > this.#bytesMax) {
      const oldest = recent.shift()!
      oldest.byId.delete(oldest.id)
      bytes -= oldest.group.bytes
    }
    this.#recent = recent
  }
}

interface Entries<K, V> {
  get(key: K): V | undefined
  set(key: K, value: V): unknown
}

function getOrCreate<K, V>(entries: Entries<K, V>, key: K, make: () => V): V {
  const existing = entries.get(key)
  if (existing !== undefined) return existing
  const created = make()
  entries.set(key, created)
  return created
}

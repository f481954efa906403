/**
 * Feature groups with prefix sums over a history, built once and read at any times (`summed-columns.ts`). All settings of a group
 * and its reads at other keys share them.
 *
 * It covers features of exact sums (`count`, `sum`, `mean`, `variance`, `stddev`, `slope`, `share`, `histogram`) over events that are not
 * revised and arrive in time order by key. A replay computes the others: features over doubles or without sums, keys with late events, and
 * keys that may exceed the kernel's entry limit.
 */
import { limits } from '../../../base/index.ts'
import type { Block, Strings } from '../../../columns/index.ts'
import type { GroupIR, SourceIR } from '../../../define/ir/index.ts'
import { buildUnit, type KernelUnit, KeySlots, planStructures, type WindowShape } from '../../../kernel/index.ts'
import { memoize, RecentResults } from '../../domain/caches.ts'
import type { DecisionRows } from '../timeline/timeline.ts'
import { evaluateEvents, keyLists, timeEntries, writePrefixSums, type KeyLists, type SumEntries } from './sum-entries.ts'

const BYTES_PER_NUMBER = 8
/** Bytes of an event in lists, without its moments. */
const BYTES_LISTED = 12

export interface SummedUnit {
  readonly unit: KernelUnit
  /** Units with the same events share entries. */
  readonly entries: SumEntries
  /** The place of the unit's moments in an entry; `unit.layout.width − 1` numbers. */
  readonly place: number
  /** By the window index of the unit's features. */
  readonly windows: readonly WindowShape[]
}

export interface SummedGroup {
  readonly keys: KeySlots
  readonly units: readonly SummedUnit[]
  readonly bytes: number
}

/** A cache of groups with prefix sums, bounded by `AUDIT_SUMS_BYTES`. */
export class SummedGroups {
  readonly #bytesMax: number
  readonly #groups: RecentResults<SummedGroup>
  /** Identifies the events of a history by their columns: changed arrivals in the same order do not matter here. */
  readonly #historyId: (columns: Block['columns']) => number
  readonly #slotsOf = memoize<KeySlots, (columnOf: DecisionRows['columnOf']) => Map<string, Int32Array>>(() => memoize(() => new Map()))

  constructor(bytesMax: number = limits.AUDIT_SUMS_BYTES) {
    this.#bytesMax = bytesMax
    this.#groups = new RecentResults(bytesMax, ({ bytes }) => bytes)
    let histories = 0
    this.#historyId = memoize(() => histories++)
  }

  getOrBuild(group: GroupIR, source: SourceIR, block: Block, strings: Strings): SummedGroup {
    const id = JSON.stringify([this.#historyId(block.columns), source.name, group.key, group.features])
    return this.#groups.getOrCompute(id, () => summedGroup(group, source, block, strings, this.#bytesMax))
  }

  /** The slot of each row's key; the slot without events for an unknown key. */
  querySlots({ keys }: SummedGroup, key: readonly string[], { columnOf, length }: DecisionRows): Int32Array {
    const byKey = this.#slotsOf(keys)(columnOf)
    const id = JSON.stringify(key)
    const cached = byKey.get(id)
    if (cached) return cached
    const slots = keys.slotsOf(key.map(columnOf), length, false)
    for (let row = 0; row < length; row++) if (slots[row] < 0) slots[row] = keys.size
    byKey.set(id, slots)
    return slots
  }
}

/** Builds the prefix sums. `block` holds all events of the source in log order. Sums beyond `bytesMax` are not built. */
function summedGroup(group: GroupIR, source: SourceIR, block: Block, strings: Strings, bytesMax: number): SummedGroup {
  const keys = KeySlots.of(group, source, strings)
  const plans = source.identity ? [] : planStructures(group, source).filter(({ kernelPartial }) => kernelPartial.kind === 'sums')
  const planned = plans.map(plan => ({ plan, unit: buildUnit(plan, source, strings) }))
  const bytes = planned.reduce((sum, { unit }) => sum + block.length * (BYTES_LISTED + BYTES_PER_NUMBER * (unit.layout!.width - 1)), 0)
  if (planned.length === 0 || bytes > bytesMax) return { keys, units: [], bytes: 0 }
  const slots = keys.slotsOf(
    group.key.map(name => block.columns[name]),
    block.length,
    true,
  )
  const listsOf = listing(block.time, slots, keys.size)
  const seeing = planned.flatMap(({ plan, unit }): Seeing[] => {
    const { value, skip } = evaluateEvents(unit, block, slots)
    const lists = listsOf(skip)
    // A kernel keeps at most one entry per event, so it forgets none of so few events.
    return !lists || lists.longest > plan.maxEntries ? [] : [{ unit, lists, value }]
  })
  const units = [...new Set(seeing.map(({ lists }) => lists))].flatMap(lists =>
    summedUnits(
      lists,
      seeing.filter(other => other.lists === lists),
      block.time,
    ),
  )
  return { keys, units, bytes: units.length === 0 ? 0 : bytes }
}

interface Seeing {
  readonly unit: KernelUnit
  readonly lists: KeyLists
  readonly value: Float64Array
}

function summedUnits(lists: KeyLists, seeing: readonly Seeing[], time: Float64Array): SummedUnit[] {
  const entries = timeEntries(
    lists,
    seeing.reduce((width, { unit }) => width + unit.layout!.width - 1, 1),
  )
  let place = 1
  return seeing.map(({ unit, value }) => {
    const layout = unit.layout!
    const windows: WindowShape[] = []
    for (const { window, span, hop } of unit.features) windows[window] = { span, hop }
    const summed = { unit, entries, place, windows }
    writePrefixSums(entries, place, layout, time, value)
    place += layout.width - 1
    return summed
  })
}

/** The lists without skipped events are built once. */
function listing(time: Float64Array, slots: Int32Array, keys: number): (skip: Uint8Array | undefined) => KeyLists | undefined {
  const all = memoize(() => keyLists(time, slots, keys))
  return skip => (skip ? keyLists(time, slots, keys, skip) : all(slots))
}

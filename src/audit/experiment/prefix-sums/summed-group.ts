/**
 * A feature group with prefix sums over one history, built once and read at any moments of it (`sum-reads.ts`).
 *
 * It covers features of exact sums (`count`, `sum`, `mean`, `variance`, `stddev`, `slope`, `share`, `histogram`) over events that are not
 * revised and arrive in time order by key. A replay computes the others: features over doubles or without sums, keys with late events, and
 * keys that may exceed the kernel's entry limit.
 */
import type { Block, Strings } from '../../../columns/index.ts'
import type { GroupIR, SourceIR } from '../../../define/ir/index.ts'
import { buildUnit, type KernelUnit, KeySlots, planStructures, type WindowShape } from '../../../kernel/index.ts'
import { keyLists, type KeyLists } from './key-lists.ts'
import { timeEntries, evaluateEvents, writePrefixSums, type SumEntries } from './prefix-sums.ts'

const BYTES_PER_NUMBER = 8
/** Bytes of an event in lists, without its moments. */
const BYTES_LISTED = 12

export interface SummedUnit {
  readonly unit: KernelUnit
  /** Units with the same events share entries. */
  readonly entries: SumEntries
  /** The place of the unit's moments in an entry; `unit.layout.width − 1` numbers. */
  readonly place: number
  /** By the window index of the unit's readers. */
  readonly windows: readonly WindowShape[]
}

export interface SummedGroup {
  readonly keys: KeySlots
  readonly units: readonly SummedUnit[]
  readonly bytes: number
}

/** Builds the prefix sums. `block` holds all events of the source in log order. Sums beyond `bytesMax` are not built. */
export function summedGroup(group: GroupIR, source: SourceIR, block: Block, strings: Strings, bytesMax: number): SummedGroup {
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
    for (const { window, span, hop } of unit.readers) windows[window] = { span, hop }
    const summed = { unit, entries, place, windows }
    writePrefixSums(entries, place, layout, time, value)
    place += layout.width - 1
    return summed
  })
}

/** The lists without skipped events are built once. */
function listing(time: Float64Array, slots: Int32Array, keys: number): (skip: Uint8Array | undefined) => KeyLists | undefined {
  let all: { readonly lists: KeyLists | undefined } | undefined
  return skip => {
    if (skip) return keyLists(time, slots, keys, skip)
    all ??= { lists: keyLists(time, slots, keys) }
    return all.lists
  }
}

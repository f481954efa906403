/**
 * A group over one history, its features summed along the events of each key: made once, and asked at any moments of it (`sum-reads.ts`).
 *
 * It takes the features that are made of exact sums (`count`, `sum`, `mean`, `variance`, `stddev`, `slope`, `share`, `histogram`) of events that are not revised, and that came in the order of their
 * times, key by key. The others are a replay's: each that is over doubles or no sum, whose events came late, or whose key may have more than the kernel keeps for it.
 */
import { limits } from '../../../base/limits.ts'
import type { Block } from '../../../columns/block.ts'
import type { Strings } from '../../../columns/strings.ts'
import type { GroupIR, SourceIR } from '../../../define/ir.ts'
import { buildUnit, type Unit } from '../../../kernel/build.ts'
import { Keys } from '../../../kernel/keys.ts'
import { planStructures, type PlannedStructure } from '../../../kernel/plan.ts'
import type { Window } from '../../../kernel/window.ts'
import { keyLists, type KeyLists } from './key-lists.ts'
import { prefixSums, seenBy } from './prefix-sums.ts'

const BYTES_A_NUMBER = 8
/** Of an event in lists, without its moments. */
const BYTES_LISTED = 12

export interface SummedUnit {
  readonly unit: Unit
  /** Units that see the same events share them. */
  readonly lists: KeyLists
  /** By entry, `unit.layout.width − 1` each. */
  readonly sums: Float64Array
  /** By the numbers that the unit's readers have. */
  readonly windows: readonly Window[]
}

export interface SummedGroup {
  readonly keys: Keys
  readonly units: readonly SummedUnit[]
  readonly bytes: number
}

/** `block` is all of the source, in the order in which it is known. */
export function summedGroup(group: GroupIR, source: SourceIR, block: Block, strings: Strings): SummedGroup {
  const keys = Keys.of(group, source, strings)
  const plans = source.identity ? [] : planStructures(group, source).filter(({ partial }) => partial.kind === 'sums')
  const planned = plans.map(plan => ({ plan, unit: buildUnit(plan, source, strings) }))
  const bytes = planned.reduce((sum, { unit }) => sum + block.length * (BYTES_LISTED + BYTES_A_NUMBER * (unit.layout!.width - 1)), 0)
  if (planned.length === 0 || bytes > limits.AUDIT_SUMS_BYTES) return { keys, units: [], bytes: 0 }
  const slots = keys.slotsOf(
    group.key.map(name => block.columns[name]),
    block.length,
    true,
  )
  const listsOf = listing(block.time, slots, keys.size)
  const units = planned.flatMap(({ plan, unit }) => summedUnit(plan, unit, block, slots, listsOf))
  return { keys, units, bytes: units.length === 0 ? 0 : bytes }
}

function summedUnit(
  { maxEntries }: PlannedStructure,
  unit: Unit,
  block: Block,
  slots: Int32Array,
  listsOf: (skip: Uint8Array | undefined) => KeyLists | undefined,
): SummedUnit[] {
  const { value, skip } = seenBy(unit, block, slots)
  const lists = listsOf(skip)
  // A kernel keeps an entry for each event at most, so of no more events than that it forgets none.
  if (!lists || lists.longest > maxEntries) return []
  const windows: Window[] = []
  for (const { window, span, hop } of unit.readers) windows[window] = { span, hop }
  return [{ unit, lists, sums: prefixSums(lists, unit.layout!, block.time, value), windows }]
}

/** The lists of all events are made once. */
function listing(time: Float64Array, slots: Int32Array, keys: number): (skip: Uint8Array | undefined) => KeyLists | undefined {
  let all: { readonly lists: KeyLists | undefined } | undefined
  return skip => {
    if (skip) return keyLists(time, slots, keys, skip)
    all ??= { lists: keyLists(time, slots, keys) }
    return all.lists
  }
}

/**
 * Computes labels of `labelFrom`: from the first event that names the triggering event.
 *
 * It reads events in order of arrival. Each decision sees those that arrived by its `t + negativeAfter`, so supersession is that of
 * this time. Cost: O(log n) per event and decision; 50 bytes per event.
 */
import type { Strings } from '../../columns/index.ts'
import type { LabelIR } from '../../define/ir/index.ts'
import { compile } from '../../expression/index.ts'
import { KeySlots, isDeleted } from '../../kernel/index.ts'
import { FirstRows } from './first-rows.ts'
import type { VisibleEvents, Labeller } from './outcomes.ts'
import { supersession } from './supersession.ts'

/** The labeller over `events`, which are those visible at `at`, UTC ms. It takes the ids of the triggering events. */
export function joinedOutcomes(
  label: Extract<LabelIR, { kind: 'from' }>,
  { source, block, counts }: VisibleEvents,
  { strings, at }: { readonly strings: Strings; readonly at: number },
): Labeller {
  const values = compile(label.value, { strings })(({ name }) => block.columns[name], block.length)
  const named = block.columns[label.join]
  /** The ids that events name, and by event the slot of its id. */
  const ids = new KeySlots()
  // Most events name a different decision.
  if (!(named.values instanceof Int32Array)) ids.reserveNumbers(block.length)
  const slotOf = ids.slotsOf([named], block.length, true)
  const supersede = supersession(source, block)
  const firstRows = new FirstRows(block.sourcePosition, ids.size)
  /** By slot: the number of events that count, and of those that were read. */
  const [all, read] = [new Uint32Array(ids.size), new Uint32Array(ids.size)]
  for (let row = 0; row < block.length; row++) if (slotOf[row] >= 0) all[slotOf[row]] += counts[row]
  let next = 0

  function advanceTo(arrival: number): void {
    for (; next < block.length && block.arrival[next] <= arrival; next++) {
      const superseded = supersede(next)
      if (superseded >= 0) firstRows.remove(superseded)
      const slot = slotOf[next]
      if (slot < 0) continue
      read[slot] += counts[next]
      if (!isDeleted(source, block, next)) firstRows.add(slot, next)
    }
  }

  return (keys, t, { value, known, outcome, late }) => {
    const slots = ids.slotsOf([keys], t.length, false)
    for (let i = 0; i < t.length; i++) {
      const deadline = t[i] + label.negativeAfter
      advanceTo(deadline)
      const slot = slots[i]
      const first = slot < 0 ? -1 : firstRows.of(slot)
      if (first >= 0) {
        known[i] = values.nulls?.[first] ? 0 : 1
        value[i] = known[i] && values.values[first]
        if (value[i] === 1) outcome[i] = block.time[first]!
      } else if (!keys.nulls?.[i]) known[i] = at >= deadline ? 1 : 0
      if (slot >= 0) late[i] = all[slot] - read[slot]
    }
  }
}

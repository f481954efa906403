/**
 * Lists of events by key, in arrival order.
 *
 * Where this is also the order of event times, a window is a range of its key's list. It ends at the last visible event and begins at the
 * first event not before the window's start. Memory: 12 bytes an event and 8 a key.
 */
export interface KeyLists {
  /** By event: the slot of its key, or `keys + 1` where the event is skipped. */
  readonly slots: Int32Array
  /** By slot: the first entry of its list. Slot `keys` has no events; the skipped events after it are never read. */
  readonly begins: Int32Array
  /** By entry: the event's time. Each list ends with an extra entry, so that the end of the visible events is an entry too. */
  readonly times: Float64Array
  /** The number of keys. */
  readonly keys: number
  /** The number of events of the largest key. */
  readonly longest: number
}

/**
 * The lists; `undefined` where an event arrived after a later event of its key. `slots`: the slot by event, −1 for none; `skip`: 1 where
 * the event is skipped.
 */
export function keyLists(time: Float64Array, slots: Int32Array, keys: number, skip?: Uint8Array): KeyLists | undefined {
  const slotOf = new Int32Array(slots.length)
  const lengths = new Int32Array(keys + 2)
  for (let event = 0; event < slots.length; event++) {
    const slot = slots[event] < 0 || skip?.[event] ? keys + 1 : slots[event]
    slotOf[event] = slot
    lengths[slot] = lengths[slot] + 1
  }
  const begins = new Int32Array(keys + 2)
  let [entries, longest] = [0, 0]
  for (let slot = 0; slot <= keys; slot++) {
    begins[slot] = entries
    entries += lengths[slot] + 1
    longest = Math.max(longest, lengths[slot])
  }
  begins[keys + 1] = entries
  const times = timesOf(time, slotOf, begins, entries)
  return times && { slots: slotOf, begins, times, keys, longest }
}

function timesOf(time: Float64Array, slots: Int32Array, begins: Int32Array, entries: number): Float64Array | undefined {
  const times = new Float64Array(entries).fill(Infinity)
  const next = begins.slice()
  const unread = begins.length - 1
  for (let event = 0; event < slots.length; event++) {
    const slot = slots[event]
    if (slot === unread) continue
    const entry = next[slot]
    if (entry > begins[slot] && times[entry - 1] > time[event]) return undefined
    times[entry] = time[event]!
    next[slot] = entry + 1
  }
  return times
}

/**
 * The events of a history by key: a list a key, in which they stand in the order in which they came.
 *
 * Where that is the order of their times too, a window is a stretch of its key's list: it ends at the last event that is known, and begins at the first that is not before the window's start.
 * 12 bytes an event, and 8 a key.
 */
export interface KeyLists {
  /** By event: the slot of its key, and `keys + 1` where it takes no part. */
  readonly slots: Int32Array
  /** By slot: the entry at which its list begins. Slot `keys` has no events, and behind it stands what takes no part, which nobody reads. */
  readonly begins: Int32Array
  /** By entry: the event's time. Each list ends with an entry that is no event, so that what is known of a key is an entry too. */
  readonly times: Float64Array
  /** Keys. */
  readonly keys: number
  /** Events of the key that has most. */
  readonly longest: number
}

/** `slots`: by event that of its key, −1 for none; `skip`: 1 where it takes no part. Nothing where an event came after a later one of its key. */
export function keyLists(time: Float64Array, slots: Int32Array, keys: number, skip?: Uint8Array): KeyLists | undefined {
  const listed = new Int32Array(slots.length)
  const lengths = new Int32Array(keys + 2)
  for (let event = 0; event < slots.length; event++) {
    const slot = slots[event] < 0 || skip?.[event] ? keys + 1 : slots[event]
    listed[event] = slot
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
  const times = timesOf(time, listed, begins, entries)
  return times && { slots: listed, begins, times, keys, longest }
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

/** Timers of a clock that goes from one to the next. */
export function virtualTime(start = 0) {
  const timers = new Set<{ readonly at: number; readonly act: () => void }>()
  let now = start
  return {
    clock: () => now,
    after: (ms: number, act: () => void) => {
      const timer = { at: now + ms, act }
      timers.add(timer)
      return { stop: () => void timers.delete(timer) }
    },
    /** Goes to the next timer and calls it; false if there is none, or none until `until`, to which it then goes. */
    next: (until = Infinity) => {
      const [first] = [...timers].toSorted((a, b) => a.at - b.at)
      if (first === undefined || first.at > until) {
        if (until !== Infinity) now = until
        return false
      }
      timers.delete(first)
      now = Math.max(now, first.at)
      first.act()
      return true
    },
  }
}

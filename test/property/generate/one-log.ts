import type { LoggedEvent } from '../../../src/define/source/source.ts'

/** A history as one log in this process has it: arrivals that do not fall, one partition for each source. */
export function asOneLog(log: readonly LoggedEvent[]): LoggedEvent[] {
  const offsets = new Map<string, number>()
  let arrival = -Infinity
  return log.map(event => {
    const offset = offsets.get(event.source) ?? 0
    offsets.set(event.source, offset + 1)
    arrival = Math.max(arrival, event.arrival)
    return { ...event, partition: 0, offset, arrival }
  })
}

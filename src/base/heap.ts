import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { limits } from './limits.ts'

/** How often it is looked at how much there is. */
const LOOK_MS = 1000

/**
 * For a process that is a run and nothing else: lets the heap grow further before V8 collects all of it. A run keeps its state outside of the heap, so that little is alive
 * in it (30 MB at 10,000 events/s), and V8 then takes the whole of it again and again, for 5 to 25 ms each time, in which nothing is decided: every other second by itself, every 6 to 17 s, as
 * soon as 64 MB of arrays were made since the last time, if only the heap may grow, and where little has happened for a while (the memory reducer). So the arrays are counted in the one limit.
 */
export function letHeapGrow(): void {
  setFlagsFromString('--no-memory-reducer')
  setFlagsFromString('--external-memory-accounted-in-global-limit')
  grow()
  setInterval(grow, LOOK_MS).unref()
}

/**
 * For a process that computes and ends: V8 neither collects garbage where little has happened for a while, nor forgets with that what it has compiled. `bench audit`, which asks again after ten seconds, has 0.93 of numpy's speed
 * where it does both, and 1.00 where it does neither.
 */
export function keepCompiled(): void {
  setFlagsFromString('--no-memory-reducer')
  setFlagsFromString('--no-flush-bytecode')
}

/** V8 looks at this at the end of each collection. */
function grow(): void {
  const { used_heap_size: used, external_memory: outside } = getHeapStatistics()
  setFlagsFromString(`--heap-growing-percent=${growingPercent(used + outside)}`)
}

/** For a heap that has so many bytes, with the arrays outside of it. */
export function growingPercent(bytes: number): number {
  const percent = Math.floor((100 * limits.HEAP_GROWING_BYTES_MAX) / Math.max(1, bytes))
  return Math.min(limits.HEAP_GROWING_PERCENT_MAX, Math.max(limits.HEAP_GROWING_PERCENT_MIN, percent))
}

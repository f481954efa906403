import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { limits } from './limits.ts'

/** How often it is looked at how much there is. */
const LOOK_MS = 10_000

/**
 * For a process that is a run and nothing else: lets the heap grow further before V8 collects all of it. A run keeps its state outside of the heap, so that little is alive
 * in it (10 MB of old objects at 10,000 events/s), and V8 then takes the whole of it again and again, for 5 to 25 ms each time, in which nothing is decided: every other second by
 * itself, and every 6 to 17 s, as soon as 64 MB of arrays were made since the last time, if only the heap may grow. Nor does it where little has happened for a while (the memory reducer).
 */
export function letHeapGrow(): void {
  setFlagsFromString('--no-memory-reducer')
  grow()
  setInterval(grow, LOOK_MS).unref()
}

/** V8 looks at these at the end of each collection. */
function grow(): void {
  const { used_heap_size: used, external_memory: outside } = getHeapStatistics()
  for (const flag of flagsFor(used + outside)) setFlagsFromString(flag)
}

/** For a heap that has so many bytes, with the arrays outside of it. */
export function flagsFor(bytes: number): string[] {
  if (bytes > limits.HEAP_DOUBLING_BYTES)
    return ['--no-external-memory-accounted-in-global-limit', `--heap-growing-percent=${limits.HEAP_GROWING_PERCENT}`]
  const percent = Math.max(100, Math.floor((100 * limits.HEAP_GROWING_BYTES) / Math.max(1, bytes)))
  return ['--external-memory-accounted-in-global-limit', `--heap-growing-percent=${percent}`]
}

import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { callEvery, limits } from '../../base/index.ts'

/** Interval between two measurements of the heap, ms. */
const LOOK_MS = 1000

/**
 * Lets the heap grow further between full collections, for a process that is a run and nothing else.
 *
 * A run keeps its state outside the heap, so little in the heap is alive (30 MB at 10,000 events/s). V8 nevertheless collects
 * all of it, 5 to 25 ms each time, in which nothing is decided. It does so every other second, after each 64 MB of arrays, and
 * while little happens (the memory reducer). So arrays are counted in one limit with the heap, and the heap may grow further.
 */
export function letHeapGrow(): void {
  setFlagsFromString('--no-memory-reducer')
  setFlagsFromString('--external-memory-accounted-in-global-limit')
  grow()
  callEvery(LOOK_MS, grow)
}

/**
 * Keeps compiled code and skips idle collections, for a process that computes and ends.
 *
 * `bench audit` queries again after ten seconds. With V8's defaults it has 0.93 of numpy's speed, with these flags 1.00.
 */
export function keepCompiledCode(): void {
  setFlagsFromString('--no-memory-reducer')
  setFlagsFromString('--no-flush-bytecode')
}

/** V8 reads this flag at the end of each collection. */
function grow(): void {
  const { used_heap_size: used, external_memory: outside } = getHeapStatistics()
  setFlagsFromString(`--heap-growing-percent=${heapGrowingPercent(used + outside)}`)
}

/** Growth in percent for a heap of `bytes`, arrays outside the heap included. */
export function heapGrowingPercent(bytes: number): number {
  const percent = Math.floor((100 * limits.HEAP_GROWING_BYTES_MAX) / Math.max(1, bytes))
  return Math.min(limits.HEAP_GROWING_PERCENT_MAX, Math.max(limits.HEAP_GROWING_PERCENT_MIN, percent))
}

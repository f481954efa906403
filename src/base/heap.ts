import { setFlagsFromString } from 'node:v8'
import { limits } from './limits.ts'

/**
 * For a process that is a run and nothing else: lets the heap grow further before V8 collects all of it. A run keeps its state outside of the heap, so that little is alive
 * in it, and V8 then takes the whole of it every other second, for 5 to 16 ms each time, in which nothing is decided. Four times what is alive is the most that V8
 * would choose by itself.
 */
export function letHeapGrow(): void {
  setFlagsFromString(`--heap-growing-percent=${limits.HEAP_GROWING_PERCENT}`)
}

import { getHeapStatistics } from 'node:v8'

/** Bytes that this thread holds: its heap, and the arrays outside of it. A look at counters that V8 keeps. */
export function heldBytes(): number {
  const { used_heap_size: heap, external_memory: outside } = getHeapStatistics()
  return heap + outside
}

/**
 * Beats for a sender, each within a tenth of a millisecond of its due time. Event-loop timers have whole milliseconds: a request went out
 * 0.65 ms late (median; p99 1.2 to 1.7), which counted as the server's latency. A separate thread sleeps instead.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { sharedClock } from './shared-clock.ts'

export interface Beats {
  /** Due time of the first beat, by the shared clock, ms. */
  readonly begin: number
  readonly everyMs: number
  readonly count: number
}

/** Calls `onBeat` at each beat, with its number and due time. Resolves after the last. */
export async function beats(count: number, everyMs: number, onBeat: (beat: number, due: number) => void): Promise<void> {
  const thread = new Worker(new URL('./metronome-thread.ts', import.meta.url))
  await once(thread, 'message')
  const begin = sharedClock()
  thread.on('message', (beat: number) => onBeat(beat, begin + beat * everyMs))
  thread.postMessage({ begin, everyMs, count } satisfies Beats)
  await once(thread, 'exit')
}

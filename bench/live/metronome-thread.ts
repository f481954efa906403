/** The metronome's thread: sleeps until each beat is due, and notifies the sender. */
import { parentPort } from 'node:worker_threads'
import { pauseBlocking } from '../../src/base/clock.ts'
import type { Beats } from './metronome.ts'
import { sharedClock } from './shared-clock.ts'

const port = parentPort!

port.once('message', ({ begin, everyMs, count }: Beats) => {
  for (let beat = 0; beat < count; beat++) {
    const wait = begin + beat * everyMs - sharedClock()
    if (wait > 0) pauseBlocking(wait)
    port.postMessage(beat)
  }
})
port.postMessage('ready')

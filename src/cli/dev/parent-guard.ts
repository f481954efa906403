/**
 * A thread of the process that `spillway dev` starts: ends the process when its parent is gone and it does not end by itself. A file that loads for ever
 * hears nothing, and whoever was killed tells nothing.
 */
import { workerData } from 'node:worker_threads'
import { pause } from '../../base/clock.ts'

const LOOK_MS = 500
/** For a run to end as it is asked to by its channel. */
const GRACE_MS = 5000

while (process.ppid === workerData) await pause(LOOK_MS)
await pause(GRACE_MS)
process.kill(process.pid, 'SIGKILL')

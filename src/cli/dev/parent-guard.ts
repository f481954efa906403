/**
 * Watchdog thread in the child process of `spillway dev`. Kills the process if its parent is gone and the process does not end by itself:
 * a user file that never finishes loading handles no signal, and a killed parent sends none.
 */
import { workerData } from 'node:worker_threads'
import { pause } from '../../base/index.ts'

const POLL_MS = 500
/** Time for the run to stop after its channel closes. */
const GRACE_MS = 5000

while (process.ppid === workerData) await pause(POLL_MS)
await pause(GRACE_MS)
process.kill(process.pid, 'SIGKILL')

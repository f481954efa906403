/**
 * The checkpointer's thread: moves the WAL into the database beside the writer. Above a size limit it closes the gate until the whole WAL
 * is moved.
 *
 * A `PASSIVE` checkpoint never waits for anyone. With the gate closed nobody writes, so the rest is moved within milliseconds, and the next
 * commit starts the WAL from its beginning.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { limits, callEvery, stopwatch } from '../../base/index.ts'
import { Gate } from './gate.ts'
import { sqlite } from './sqlite.ts'

export interface CheckpointerData {
  readonly path: string
  readonly gate: SharedArrayBuffer
}

const { path, gate: shared } = workerData as CheckpointerData
const gate = new Gate(shared)
const db = new sqlite.DatabaseSync(path)
db.exec('PRAGMA busy_timeout = 0; PRAGMA synchronous = FULL')
const checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)')

/** Pages in the WAL, and pages not yet moved into the database. While another connection checkpoints SQLite says -1 for both. */
function checkpointWal(): { readonly pages: number; readonly remaining: number } {
  const { log, checkpointed } = checkpoint.get() as { log: number; checkpointed: number }
  return { pages: log, remaining: log - checkpointed }
}

const timer = callEvery(limits.CHECKPOINT_EVERY_MS, () => {
  if (checkpointWal().pages <= limits.WAL_PAGES_MAX) return
  gate.close()
  try {
    const started = stopwatch()
    while (checkpointWal().remaining > 0 && stopwatch() - started < limits.WAL_WAIT_MS_MAX);
  } finally {
    gate.open()
  }
})

parentPort!.once('message', () => {
  timer.stop()
  db.close()
  parentPort!.close()
})

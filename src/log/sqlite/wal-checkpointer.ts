/** The checkpointer as its store sees it: a thread that starts once there is a WAL to look after. */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { CheckpointerData } from './wal-checkpointer-thread.ts'
import { Gate } from './gate.ts'

/** Thread files have this file's extension: `.ts` in the sources, `.js` as published. */
export const threadFile = (name: string): URL => new URL(`./${name}${extname(import.meta.url)}`, import.meta.url)

export class WalCheckpointer {
  readonly #data: CheckpointerData
  #worker: Worker | undefined
  #ended: Promise<unknown> | undefined
  #isClosed = false

  constructor(path: string, gate: SharedArrayBuffer) {
    this.#data = { path, gate }
  }

  /** Starts the thread, which does not keep the process alive. Once closed it does nothing. */
  start(): void {
    if (this.#isClosed) return
    const worker = new Worker(threadFile('wal-checkpointer-thread'), { workerData: this.#data })
    // Without the checkpointer the WAL only grows: writing goes on, and the next start empties it.
    worker.on('error', () => new Gate(this.#data.gate).open())
    this.#ended = new Promise(resolve => worker.once('exit', resolve))
    worker.unref()
    this.#worker = worker
  }

  async close(): Promise<void> {
    this.#isClosed = true
    // The thread is unreferenced, so without this the process could end before the file is closed.
    this.#worker?.ref()
    this.#worker?.postMessage('close')
    await this.#ended
  }
}

/** The main-thread handle of one batch worker thread. Runs one command at a time, and keeps the process alive only meanwhile. */
import { extname } from 'node:path'
import { JobThread } from '../jobs/index.ts'
import type { BatchCommand, BatchCommandResult } from './job-thread.ts'

type RequestedCommand = Exclude<BatchCommand, { do: 'next' }>
type Block = Uint8Array<ArrayBuffer>

const file = new URL(`./job-thread${extname(import.meta.url)}`, import.meta.url)

/** Sends commands to the thread and receives its blocks. */
export class JobWorker {
  readonly #thread = new JobThread<Block>(file, 'the batch run')
  /** Peak memory of the thread since the run began, bytes. */
  peakBytes = 0

  /** Runs a command. Rejects with the error of the thread or of `write`, with `SPILL_STOPPED`, or with `SPILL_THREAD`. */
  async request<C extends RequestedCommand['do']>(
    command: Extract<RequestedCommand, { do: C }>,
    write: (block: Block) => Promise<void> = () => Promise.resolve(),
  ): Promise<BatchCommandResult<C>> {
    const thread = this.#thread
    const onBlock = (block: Block): void => {
      const received = { do: 'next' } satisfies BatchCommand
      write(block).then(
        () => thread.post(received),
        (error: unknown) => thread.fail(error),
      )
    }
    try {
      const result = await thread.run<BatchCommandResult<C>>(command, onBlock)
      this.peakBytes = result.peakBytes
      return result
    } finally {
      thread.unref()
    }
  }

  /** Terminates the thread; a running command rejects. */
  end(): void {
    this.#thread.terminate()
  }
}

/**
 * A thread that is called synchronously: the caller sleeps until the thread has answered. For the decision loop, which does not wait for
 * promises, and code that only answers with them. One call at a time; about 20 µs each beside the work itself.
 */
import { MessageChannel, receiveMessageOnPort, Worker, workerData, type MessagePort, type Transferable } from 'node:worker_threads'

interface ThreadData {
  readonly port: MessagePort
  /** 1 once the answer has been posted. */
  readonly answered: Int32Array
}

/** The caller's side. The thread does not keep the process alive. */
export class SyncThread<Call, Answer> {
  readonly #port: MessagePort
  readonly #worker: Worker
  readonly #answered = new Int32Array(new SharedArrayBuffer(4))
  #isLost = false

  /** `program` calls `answerCalls`. */
  constructor(program: URL) {
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    const data: ThreadData = { port: port2, answered: this.#answered }
    this.#worker = new Worker(program, { workerData: data, transferList: [port2] })
    this.#worker.on('error', () => (this.#isLost = true))
    this.#worker.on('exit', () => (this.#isLost = true))
    this.#worker.unref()
  }

  /** The thread has ended, or has missed a deadline: it answers no more. */
  get isLost(): boolean {
    return this.#isLost
  }

  /** The answer; undefined if it does not come within `ms`, after which the thread is terminated. */
  call(call: Call, ms: number, transfer: readonly Transferable[] = []): Answer | undefined {
    if (this.#isLost) return undefined
    Atomics.store(this.#answered, 0, 0)
    this.#port.postMessage(call, transfer)
    if (Atomics.wait(this.#answered, 0, 0, ms) !== 'timed-out') return (receiveMessageOnPort(this.#port) as { message: Answer }).message
    // A late answer must not be mistaken for the answer to another call.
    this.terminate()
    return undefined
  }

  terminate(): void {
    this.#isLost = true
    void this.#worker.terminate()
  }
}

/** The thread's side: answers one call after the other. `answer` never throws or rejects. */
export function answerCalls<Call, Answer>(answer: (call: Call) => Promise<Answer>): void {
  const { port, answered } = workerData as ThreadData
  const reply = async (call: Call): Promise<void> => {
    port.postMessage(await answer(call))
    Atomics.store(answered, 0, 1)
    Atomics.notify(answered, 0)
  }
  port.on('message', (call: Call) => void reply(call))
}

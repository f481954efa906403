/** A child process of the suite that answers messages in turn. It ends with the suite's process, or on `kill`. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

export class ForkedProcess<Order, Answer> {
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>

  constructor(file: URL, args: readonly string[] = []) {
    this.#child = fork(file, args, { execArgv: ['-C', 'spillway-source'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#exited = once(this.#child, 'exit')
  }

  async ask(order: Order): Promise<Answer> {
    const answered = once(this.#child, 'message') as Promise<[Answer]>
    this.#child.send(order as object)
    const ended = this.#exited.then(() => {
      throw new Error('the process ended before it answered')
    })
    const [answer] = await Promise.race([answered, ended])
    return answer
  }

  /** Ends it at once, like a power loss: nothing is closed or saved. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
  }
}

/** The process's side: answers each order. Ends when the suite is gone. */
export function answerOrders<Order, Answer>(answer: (order: Order) => Promise<Answer>): void {
  process.on('message', (order: Order) => void answer(order).then(reply => process.send!(reply)))
  process.once('disconnect', () => process.exit())
}

/** Child processes of a bench that answer messages one after the other. */
import { fork, type ChildProcess } from 'node:child_process'

/** Messages leave out `undefined` values. */
type Reply<A> = { readonly answer: A } | { readonly error: string }

export class Child<Ask, A> {
  readonly #process: ChildProcess

  private constructor(process: ChildProcess) {
    this.#process = process
  }

  /** `file`: a module that calls `answerAsks`. */
  static start<Ask, A>(file: URL, args: readonly string[] = []): Child<Ask, A> {
    return new Child<Ask, A>(fork(file, args, { execArgv: [...process.execArgv] }))
  }

  /** Rejects with the process's exception, or if it ends without an answer. */
  ask(ask: Ask): Promise<A> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`a process of the bench ended with ${code}`))
      this.#process.once('exit', ended)
      this.#process.once('message', (reply: Reply<A>) => {
        this.#process.off('exit', ended)
        if ('error' in reply) reject(new Error(reply.error))
        else resolve(reply.answer)
      })
      this.#process.send(ask as object)
    })
  }

  /** Ends the process once it has nothing left to do. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return
    const ended = new Promise(resolve => this.#process.once('exit', resolve))
    this.#process.disconnect()
    await ended
  }
}

/** In the child process: answers each request. */
export function answerAsks<Ask, A>(answer: (ask: Ask) => Promise<A>): void {
  const tell = (reply: Reply<A>): void => void process.send!(reply)
  process.on('message', (ask: Ask) => {
    answer(ask).then(
      value => tell({ answer: value }),
      (error: unknown) => tell({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
  })
}

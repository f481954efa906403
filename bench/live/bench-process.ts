/** A child process of a bench that answers named requests, one at a time. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { SPARE_PROCESSORS_OPTION } from '../../src/cli/command/process-setup.ts'

/**
 * For a process that only sends or receives: its garbage collection takes both processors for some ten milliseconds (`perf sched`), which
 * would count as the run's. With this much memory there is hardly any.
 */
const WITHOUT_COLLECTING = ['--min-semi-space-size=128', '--max-semi-space-size=128', '--initial-heap-size=1024']

type Answer = { readonly value: unknown } | { readonly error: string }

export class BenchProcess {
  readonly #process: ChildProcess

  /** `file` is beside this one. `isClient`: the process is no part of the measurement. */
  constructor(file: string, args: readonly string[] = [], { isClient = false } = {}) {
    // As `spillway run` starts; no other process may disturb it more.
    const execArgv = [...process.execArgv, SPARE_PROCESSORS_OPTION, ...(isClient ? WITHOUT_COLLECTING : [])]
    this.#process = fork(fileURLToPath(new URL(file, import.meta.url)), args, { serialization: 'advanced', execArgv })
  }

  /** Rejects with the process's exception, or if the process ends. */
  async ask<T>(request: string, argument?: unknown): Promise<T> {
    const done = new AbortController()
    const { signal } = done
    const ended = once(this.#process, 'exit', { signal }).then(([code]) => {
      throw new Error(`a process of the bench ended with ${String(code)} when it was asked for '${request}'`)
    })
    const answered = once(this.#process, 'message', { signal }).then(([message]) => message as Answer)
    ended.catch(() => {})
    answered.catch(() => {})
    this.#process.send({ request, argument })
    try {
      const answer = await Promise.race([answered, ended])
      if ('error' in answer) throw new Error(answer.error)
      return answer.value as T
    } finally {
      done.abort()
    }
  }

  end(): void {
    this.#process.kill('SIGKILL')
  }
}

/** In the child process: answers requests. */
export function answerNamedRequests(answers: Readonly<Record<string, (argument: never) => unknown>>): void {
  process.on('message', ({ request, argument }: { request: string; argument: never }) => {
    const answer = async () => answers[request](argument)
    answer().then(
      value => process.send!({ value } satisfies Answer),
      (error: unknown) => process.send!({ error: String((error as Error).stack ?? error) } satisfies Answer),
    )
  })
  // Without a parent there is nothing to do. It may have ended while this process started.
  if (!process.connected) process.exit()
  process.once('disconnect', () => process.exit())
}

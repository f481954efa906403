/** A process of a bench beside this one, which is asked for things by name, one at a time, and answers. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { SPARE_PROCESSORS_OPTION } from '../../src/cli/compiler-threads.ts'

/**
 * For a process that only sends or receives: a collection of its garbage takes both processors for some ten milliseconds (`perf sched`), which would count as the
 * run's. With so much room there is hardly any.
 */
const WITHOUT_COLLECTING = ['--min-semi-space-size=128', '--max-semi-space-size=128', '--initial-heap-size=1024']

type Answer = { readonly value: unknown } | { readonly error: string }

export class Forked {
  readonly #process: ChildProcess

  /** `file` stands beside this one. `isClient`: it is no part of what is measured. */
  constructor(file: string, args: readonly string[] = [], { isClient = false } = {}) {
    // As `spillway run` begins; no other process is to disturb it more.
    const execArgv = [...process.execArgv, SPARE_PROCESSORS_OPTION, ...(isClient ? WITHOUT_COLLECTING : [])]
    this.#process = fork(fileURLToPath(new URL(file, import.meta.url)), args, { serialization: 'advanced', execArgv })
  }

  /** Rejects with what went wrong there, or if the process ends. */
  async ask<T>(what: string, given?: unknown): Promise<T> {
    const done = new AbortController()
    const { signal } = done
    const ended = once(this.#process, 'exit', { signal }).then(([code]) => {
      throw new Error(`a process of the bench ended with ${String(code)} when it was asked for '${what}'`)
    })
    const answered = once(this.#process, 'message', { signal }).then(([message]) => message as Answer)
    ended.catch(() => {})
    answered.catch(() => {})
    this.#process.send({ what, given })
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

/** In such a process: answers what it is asked. */
export function answering(answers: Readonly<Record<string, (given: never) => unknown>>): void {
  process.on('message', ({ what, given }: { what: string; given: never }) => {
    const answer = async () => answers[what](given)
    answer().then(
      value => process.send!({ value } satisfies Answer),
      (error: unknown) => process.send!({ error: String((error as Error).stack ?? error) } satisfies Answer),
    )
  })
  // Without who asks there is nothing to do.
  process.once('disconnect', () => process.exit())
}

/**
 * A user's runtime that answers with promises, such as one that asks another process or a server, in a thread of its own. The caller sleeps
 * until the scores of a batch are there, so all decisions wait with it, up to the deadline.
 *
 * A thread that misses the deadline or ends is replaced by the next batch, which loads its model again.
 */
import { extname } from 'node:path'
import { SpillwayError, limits, show, durationMs, type Duration, type StrictOmit } from '../base/index.ts'
import { SyncThread } from './sync-thread.ts'
import type { LoadedModel, ModelRuntime, RuntimeColumn, RuntimeModel, RuntimeStrings } from '../define/model/index.ts'

/** A model version to load in a thread. */
export type ThreadModel<Definition = unknown> = StrictOmit<RuntimeModel<Definition>, 'strings' | 'path'>

/** Scores of a batch: NaN is no score. `rejected`: why a row has none. */
export interface ThreadScores {
  readonly scores: Float64Array
  readonly rejected?: readonly (readonly [row: number, why: string])[]
}

/** One column of a batch: numbers as doubles and bools as 0 or 1, with NaN for NULL; texts, with null for NULL. */
export type ThreadColumn = Float64Array | readonly (string | null)[]

/** A model that a thread has loaded. */
export interface LoadedThreadModel {
  /** Scores the rows of a batch: one column per input, in order. A score depends on its row alone, as in `LoadedModel.score`. */
  score(batch: { readonly length: number; readonly columns: readonly ThreadColumn[] }): Promise<ThreadScores>
  close?(): void | Promise<void>
}

/** A runtime in a thread: the default export of its module. */
export interface ThreadRuntime<Definition = unknown> {
  load(model: ThreadModel<Definition>): Promise<LoadedThreadModel>
}

/** Options of `runtimeInThread`. */
export interface ThreadRuntimeOptions {
  readonly name: string
  readonly version: string
  /** The module whose default export is a `ThreadRuntime`: `new URL('./lightgbm.ts', import.meta.url)`. */
  readonly module: URL
  /** Deadline of a batch, and of loading a model. Default 5 s. */
  readonly timeout?: Duration
}

/** A call to the thread. */
export type RuntimeCall =
  | { readonly kind: 'load'; readonly id: number; readonly module: string; readonly model: ThreadModel }
  | { readonly kind: 'score'; readonly id: number; readonly length: number; readonly columns: readonly ThreadColumn[] }
  | { readonly kind: 'close'; readonly id: number }

/** The thread's answer. */
export type RuntimeAnswer =
  | { readonly kind: 'done' }
  | ({ readonly kind: 'scores' } & ThreadScores)
  | { readonly kind: 'failed'; readonly why: string }

const program = new URL(`./runtime-thread${extname(import.meta.url)}`, import.meta.url)

/**
 * A `ModelRuntime` of a runtime that answers with promises.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a timeout that is no duration, or a module that is no URL.
 * @example
 * const remote = () => runtimeInThread({ name: 'remote', version: '1', module: new URL('./remote.ts', import.meta.url), timeout: '50ms' })
 */
export function runtimeInThread<Definition = unknown>({ name, version, module, timeout }: ThreadRuntimeOptions): ModelRuntime<Definition> {
  if (!(module instanceof URL))
    throw new SpillwayError('SPILL_DEFINITION', `runtime '${name}': module is new URL('./FILE', import.meta.url), got ${show(module)}`)
  const host = new ThreadHost(module, timeout === undefined ? limits.RUNTIME_MS : durationMs(timeout))
  return { name, version, load: model => host.load(model) }
}

/** The thread of a runtime, and the models that it has loaded. */
class ThreadHost {
  readonly #module: string
  readonly #timeoutMs: number
  #thread: SyncThread<RuntimeCall, RuntimeAnswer> | undefined
  /** Models that the present thread has loaded. */
  #loaded = new Set<number>()
  #lastId = 0
  #open = 0

  constructor(module: URL, timeoutMs: number) {
    this.#module = module.href
    this.#timeoutMs = timeoutMs
  }

  load({ name, inputs, definition, bytes, strings }: RuntimeModel): LoadedModel {
    const id = ++this.#lastId
    const model: ThreadModel = { name, inputs, definition, bytes }
    this.#threadWith(id, model)
    this.#open++
    return {
      score: ({ length, columns, reject }, scores) => {
        const sent = inputs.map(({ type }, i) => threadColumn(columns[i], length, type === 'string' ? strings : undefined))
        const answer = this.#answerOf(this.#threadWith(id, model), { kind: 'score', id, length, columns: sent })
        if (answer.kind !== 'scores' || answer.scores.length !== length) throw new Error(`it has not given ${length} scores`)
        scores.set(answer.scores)
        for (const [row, why] of answer.rejected ?? []) reject(row, why)
      },
      close: () => this.#close(id),
    }
  }

  /** The thread, which has loaded the model. Throws as `#answerOf` does. */
  #threadWith(id: number, model: ThreadModel): SyncThread<RuntimeCall, RuntimeAnswer> {
    if (!this.#thread || this.#thread.isLost) {
      this.#thread = new SyncThread(program)
      this.#loaded = new Set()
    }
    if (!this.#loaded.has(id)) this.#answerOf(this.#thread, { kind: 'load', id, module: this.#module, model })
    this.#loaded.add(id)
    return this.#thread
  }

  /** Throws if the deadline is missed, and what the runtime throws. */
  #answerOf(thread: SyncThread<RuntimeCall, RuntimeAnswer>, call: RuntimeCall): RuntimeAnswer {
    const answer = thread.call(call, this.#timeoutMs)
    if (!answer) throw new Error(`it has not answered within ${this.#timeoutMs} ms`)
    if (answer.kind === 'failed') throw new Error(answer.why)
    return answer
  }

  /** The last model takes the thread with it. */
  #close(id: number): void {
    this.#open--
    if (this.#loaded.delete(id)) this.#thread?.call({ kind: 'close', id }, this.#timeoutMs)
    if (this.#open > 0) return
    this.#thread?.terminate()
    this.#thread = undefined
  }
}

/** A copy of a column for the thread; `strings` for a column of texts. */
function threadColumn({ values, nulls }: RuntimeColumn, length: number, strings: RuntimeStrings | undefined): ThreadColumn {
  if (strings) return Array.from({ length }, (_, row) => (nulls?.[row] ? null : strings.textOf(values[row])))
  const doubles = Float64Array.from(values.subarray(0, length))
  if (nulls) for (let row = 0; row < length; row++) if (nulls[row]) doubles[row] = NaN
  return doubles
}

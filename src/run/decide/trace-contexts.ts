/**
 * Trace contexts of requests from their log entries until the decisions on them. Measurements: they are in memory alone, and stored only
 * with stage times and effects. Costs nothing for entries without a context.
 */
import { limits, type TraceContext } from '../../base/index.ts'
import type { DecisionTraceContext } from '../../base/node/index.ts'
import type { ModelIR } from '../../define/ir/index.ts'
import type { LiveDecisions } from './live-model.ts'

/** Consecutive entries of one request. */
interface TracedEntries {
  /** Of events the source; of a decision request the model. */
  readonly kind: 'on' | 'request'
  readonly name: string
  /** Sequence numbers [from, to). */
  readonly from: number
  readonly to: number
  readonly context: TraceContext
}

/** The contexts of entries that are not decided yet, in the order of the log. */
export class TraceContexts {
  #entries: TracedEntries[] = []

  /** Adds entries, which follow those before. Above `TRACE_CONTEXTS_MAX` the context is dropped. */
  add(entries: TracedEntries): void {
    if (this.#entries.length < limits.TRACE_CONTEXTS_MAX && entries.to > entries.from) this.#entries.push(entries)
  }

  /** The contexts of a decision batch, with the number of its decisions that each has; `undefined` without any. */
  of({ model, entry, length }: Pick<LiveDecisions, 'entry' | 'length'> & { readonly model: ModelIR }): DecisionTraceContext[] | undefined {
    if (this.#entries.length === 0 || length === 0) return undefined
    const { decide } = model
    const name = decide.kind === 'on' ? decide.source : model.name
    const contexts = this.#entries.flatMap(({ kind, name: of, from, to, context }): DecisionTraceContext[] => {
      if (kind !== decide.kind || of !== name || from > entry[length - 1] || to <= entry[0]) return []
      const [begin, end] = [rowOf(entry, length, from), rowOf(entry, length, to)]
      return begin === end ? [] : [{ context, first: entry[begin], last: entry[end - 1], count: end - begin }]
    })
    return contexts.length === 0 ? undefined : contexts
  }

  /** All entries below `entry` are decided. */
  dropBefore(entry: number): void {
    if (this.#entries.length > 0) this.#entries = this.#entries.filter(({ to }) => to > entry)
  }
}

/** Index of the first row with an entry from `sequence` on. Entries ascend. */
function rowOf(entries: Readonly<ArrayLike<number>>, length: number, sequence: number): number {
  let [low, high] = [0, length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (entries[middle] < sequence) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Trace contexts of requests from their log entries until the decisions on them. Measurements: they are in memory alone, and stored only
 * with stage times and effects. Costs nothing for entries without a context.
 */
import { limits, type TraceContext, traceContextText } from '../../base/index.ts'
import type { DecisionTraceContext } from '../../base/node/index.ts'
import type { ModelIR } from '../../define/ir/index.ts'
import type { NewEffect } from '../../log/index.ts'
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

/**
 * The contexts of entries that are not decided yet, in the order of the log. Since they ascend, a batch costs a search and its own contexts,
 * whatever number waits.
 */
export class TraceContexts {
  /** Those from `#head` on are not decided. */
  #entries: TracedEntries[] = []
  #head = 0

  /** Adds entries, which follow those before. Above `TRACE_CONTEXTS_MAX` the context is dropped. */
  add(entries: TracedEntries): void {
    if (this.#entries.length - this.#head < limits.TRACE_CONTEXTS_MAX && entries.to > entries.from) this.#entries.push(entries)
  }

  /** The contexts of a decision batch, with the number of its decisions that each has; `undefined` without any. */
  of({ model, entry, length }: Pick<LiveDecisions, 'entry' | 'length'> & { readonly model: ModelIR }): DecisionTraceContext[] | undefined {
    if (this.#head === this.#entries.length || length === 0) return undefined
    const { decide } = model
    if (decide.kind === 'every') return undefined
    const name = decide.kind === 'on' ? decide.source : model.name
    const contexts: DecisionTraceContext[] = []
    let row = 0
    for (let i = this.#firstEndingAfter(entry[0]); i < this.#entries.length; i++) {
      const { kind, name: of, from, to, context } = this.#entries[i]
      if (from > entry[length - 1]) break
      if (kind !== decide.kind || of !== name) continue
      const begin = rowOf(entry, row, length, from)
      row = rowOf(entry, begin, length, to)
      if (begin < row) contexts.push({ context, first: entry[begin], last: entry[row - 1], count: row - begin })
    }
    return contexts.length === 0 ? undefined : contexts
  }

  /** All entries below `entry` are decided. */
  dropBefore(entry: number): void {
    const { length } = this.#entries
    while (this.#head < length && this.#entries[this.#head].to <= entry) this.#head++
    // Each entry is moved once on average: at least as many were dropped as are moved.
    if (this.#head * 2 < length || this.#head === 0) return
    this.#entries = this.#entries.slice(this.#head)
    this.#head = 0
  }

  /** Index of the first waiting entries with one above `sequence`, or equal to it. */
  #firstEndingAfter(sequence: number): number {
    let [low, high] = [this.#head, this.#entries.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#entries[middle].to <= sequence) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** The effects of a batch with the trace contexts of their requests. Both follow the order of the log. */
export function withTraceContexts(
  effects: readonly NewEffect[],
  contexts: readonly DecisionTraceContext[] | undefined,
): readonly NewEffect[] {
  if (contexts === undefined) return effects
  let [next, written, text] = [0, -1, '']
  return effects.map(effect => {
    while (next < contexts.length && contexts[next].last < effect.entry) next++
    if (next === contexts.length || effect.entry < contexts[next].first) return effect
    if (written !== next) [written, text] = [next, traceContextText(contexts[next].context)]
    return { ...effect, trace: text }
  })
}

/** Index from `begin` on of the first row with an entry from `sequence` on. Entries ascend. */
function rowOf(entries: Readonly<ArrayLike<number>>, begin: number, length: number, sequence: number): number {
  let [low, high] = [begin, length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (entries[middle] < sequence) low = middle + 1
    else high = middle
  }
  return low
}

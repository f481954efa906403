/**
 * Reads an array, a generator or a stream of objects as a source, without positions: each start reads it anew, and the `id` of a source
 * tells which events came before.
 *
 * Records that are ready together are submitted together, at most `ITERABLE_RECORDS` at a time. One record is read ahead.
 */
import { addAbortListener } from 'node:events'
import { yieldToEventLoop, limits } from '../base/index.ts'
import type { SourceReader } from './reader/source-reader.ts'

/** The name of readers of iterables. */
export const ITERABLE = 'iterable'

/** The reader of an iterable. It ends with the iterable, or at the signal, without waiting for the iterable then. */
export function iterableReader(records: Iterable<unknown> | AsyncIterable<unknown>): SourceReader {
  return {
    name: ITERABLE,
    describe: () => 'an iterable',
    async *read({ signal }) {
      for await (const batch of readyBatches(records, signal)) yield { records: batch }
    },
  }
}

type Outcome = { readonly record: unknown } | { readonly error: unknown } | 'end'

async function* readyBatches(records: Iterable<unknown> | AsyncIterable<unknown>, signal: AbortSignal): AsyncGenerator<unknown[]> {
  const iterator = Symbol.asyncIterator in records ? records[Symbol.asyncIterator]() : records[Symbol.iterator]()
  let outcome: Outcome | void = undefined
  try {
    for (let next = outcomeOf(iterator); !signal.aborted;) {
      outcome = await unlessAborted(next, signal)
      const batch: unknown[] = []
      const later = yieldToEventLoop()
      while (typeof outcome === 'object' && 'record' in outcome) {
        batch.push(outcome.record)
        next = outcomeOf(iterator)
        if (batch.length === limits.ITERABLE_RECORDS) break
        outcome = await Promise.race([next, later])
      }
      if (batch.length > 0) yield batch
      if (outcome === 'end') return
      if (typeof outcome === 'object' && 'error' in outcome) throw outcome.error
    }
  } finally {
    // An iterable may wait for a record that never comes, so nobody waits for its end.
    if (typeof outcome !== 'object' || 'record' in outcome) void returnOf(iterator)
  }
}

/** The next record, the end, or the error. */
async function outcomeOf(iterator: Iterator<unknown> | AsyncIterator<unknown>): Promise<Outcome> {
  try {
    const { done, value } = await iterator.next()
    return done ? 'end' : { record: value }
  } catch (error) {
    return { error }
  }
}

async function returnOf(iterator: Iterator<unknown> | AsyncIterator<unknown>): Promise<void> {
  await Promise.resolve(iterator.return?.()).catch(() => {})
}

/** The result of a promise; nothing at the signal. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | void> {
  const { promise: aborted, resolve } = Promise.withResolvers<void>()
  using _ = addAbortListener(signal, () => resolve())
  return await Promise.race([promise, aborted])
}

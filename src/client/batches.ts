/** Splits events into batches for requests, each within the limits of a server. One pass over the events; memory holds one batch. */
import { limits } from '../base/index.ts'
import { ClientError } from './client-error.ts'
import { jsonText } from './json-text.ts'
import { FLUSH_DUE, RecordIterator } from './record-iterator.ts'

/** Events of one request. */
export interface EventBatch {
  /** Index of the first event, among all events of the send. */
  readonly from: number
  /** Each as JSON. */
  readonly texts: readonly string[]
}

/** The options of batching. */
export interface BatchOptions {
  readonly signal: AbortSignal | undefined
  /** Greatest time in milliseconds that an event waits for others to fill its batch. */
  readonly waitMs: number
}

/**
 * Yields batches in order.
 *
 * Throws `SPILL_INPUT` for a record that JSON cannot hold, `SPILL_LIMIT` for one that is too large. Full batches before it were yielded.
 */
export async function* splitIntoBatches(
  events: Iterable<unknown> | AsyncIterable<unknown>,
  { signal, waitMs }: BatchOptions,
): AsyncGenerator<EventBatch> {
  if (!isIterable(events)) throw new ClientError('SPILL_INPUT', 'events are an array, or what can be iterated: write [event] for one')
  const records = new RecordIterator(events, waitMs, signal)
  const bytesMax = limits.CLIENT_BATCH_BYTES - 1
  let from = 0
  let texts: string[] = []
  let bytes = 0
  /** Returns the batch, and begins the next one. */
  const flush = (): EventBatch => {
    const batch = { from, texts }
    from += texts.length
    texts = []
    bytes = 0
    return batch
  }
  try {
    while (true) {
      const next = await records.next()
      if (next !== FLUSH_DUE && next.done === true) break
      const name = `event ${from + texts.length}`
      const text = next === FLUSH_DUE ? undefined : jsonText(name, next.value)
      const added = text === undefined ? Infinity : bytesOf(text) + 1
      if (texts.length >= limits.CLIENT_BATCH_EVENTS || bytes + added > bytesMax) {
        records.stopTimer()
        if (texts.length > 0) yield flush()
      }
      if (text === undefined) continue
      if (added > bytesMax)
        throw new ClientError('SPILL_LIMIT', `${name} has more than ${limits.CLIENT_BATCH_BYTES} bytes (CLIENT_BATCH_BYTES)`)
      texts.push(text)
      bytes += added
      records.startTimer()
    }
    // An empty send is one request, too: its answer has the sequence number of the log.
    if (texts.length > 0 || from === 0) yield flush()
  } finally {
    await records.close()
  }
}

/** Is it an iterable of events? A string is iterable by characters, and is none. */
const isIterable = (records: unknown): boolean =>
  typeof records === 'object' && records !== null && (Symbol.iterator in records || Symbol.asyncIterator in records)

/** The body of a request: JSON for few events, NDJSON for many. */
export function bodyOf({ texts }: EventBatch): { readonly type: string; readonly body: string } {
  return texts.length <= limits.CLIENT_JSON_EVENTS
    ? { type: 'application/json', body: `[${texts.join(',')}]` }
    : { type: 'application/x-ndjson', body: `${texts.join('\n')}\n` }
}

/** The two halves of a batch. */
export function halvesOf({ from, texts }: EventBatch): readonly [EventBatch, EventBatch] {
  const middle = Math.ceil(texts.length / 2)
  return [
    { from, texts: texts.slice(0, middle) },
    { from: from + middle, texts: texts.slice(middle) },
  ]
}

/** An upper bound of the UTF-8 bytes of a text, exact without surrogates. */
function bytesOf(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 0x7f) bytes += unit > 0x7ff ? 2 : 1
  }
  return bytes
}

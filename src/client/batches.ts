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
  const batch = new BatchBuilder()
  try {
    while (true) {
      const next = await records.next()
      if (next !== FLUSH_DUE && next.done === true) break
      const text = next === FLUSH_DUE ? undefined : jsonText(`event ${batch.end}`, next.value)
      const bytes = text === undefined ? Infinity : bytesOf(text) + 1
      if (!batch.hasRoom(bytes)) {
        records.stopTimer()
        if (batch.length > 0) yield batch.flush()
      }
      if (text === undefined) continue
      batch.add(text, bytes)
      records.startTimer()
    }
    // An empty send is one request, too: its answer has the sequence number of the log.
    if (batch.length > 0 || batch.end === 0) yield batch.flush()
  } finally {
    await records.close()
  }
}

/** The batch that is being filled. */
class BatchBuilder {
  #from = 0
  #texts: string[] = []
  #bytes = 0

  get length(): number {
    return this.#texts.length
  }

  /** Index of the next event. */
  get end(): number {
    return this.#from + this.#texts.length
  }

  hasRoom(bytes: number): boolean {
    return this.#texts.length < limits.CLIENT_BATCH_EVENTS && this.#bytes + bytes <= limits.CLIENT_BATCH_BYTES - 1
  }

  /** Adds an event. Throws `SPILL_LIMIT` for an event that is too large for any request. */
  add(text: string, bytes: number): void {
    if (bytes > limits.CLIENT_BATCH_BYTES - 1)
      throw new ClientError('SPILL_LIMIT', `event ${this.end} has more than ${limits.CLIENT_BATCH_BYTES} bytes (CLIENT_BATCH_BYTES)`)
    this.#texts.push(text)
    this.#bytes += bytes
  }

  /** Returns the batch, and begins the next one. */
  flush(): EventBatch {
    const batch = { from: this.#from, texts: this.#texts }
    this.#from = this.end
    this.#texts = []
    this.#bytes = 0
    return batch
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

/** Events as the bodies of requests, each within what a server takes in one. */
import { limits } from '../base/limits.ts'
import { ClientError } from './client-error.ts'
import { jsonText } from './json-text.ts'
import { LATE, Records } from './records.ts'

/** Events that are sent together. */
export interface Batch {
  /** Index of the first, among all that are sent. */
  readonly from: number
  /** Each as JSON. */
  readonly texts: readonly string[]
}

export interface BatchOptions {
  readonly signal: AbortSignal | undefined
  /** Milliseconds that an event waits at most for those that are sent with it. */
  readonly waitMs: number
}

/** Throws `SPILL_INPUT` for a record that JSON cannot hold, `SPILL_LIMIT` for one that is too large; what stood before was given. */
export async function* batchesOf(
  given: Iterable<unknown> | AsyncIterable<unknown>,
  { signal, waitMs }: BatchOptions,
): AsyncGenerator<Batch> {
  if (!isIterable(given)) throw new ClientError('SPILL_INPUT', 'events are an array, or what can be iterated: write [event] for one')
  const records = new Records(given, waitMs, signal)
  const batch = new Gathered()
  try {
    while (true) {
      const next = await records.next()
      if (next !== LATE && next.done === true) break
      const text = next === LATE ? undefined : jsonText(`event ${batch.end}`, next.value)
      const bytes = text === undefined ? Infinity : bytesOf(text) + 1
      if (!batch.hasRoom(bytes)) {
        records.sent()
        if (batch.length > 0) yield batch.take()
      }
      if (text === undefined) continue
      batch.add(text, bytes)
      records.keep()
    }
    // Of no events too: where the log stands.
    if (batch.length > 0 || batch.end === 0) yield batch.take()
  } finally {
    await records.close()
  }
}

/** What will be sent next. */
class Gathered {
  #from = 0
  #texts: string[] = []
  #bytes = 0

  get length(): number {
    return this.#texts.length
  }

  /** Index of the event that comes next. */
  get end(): number {
    return this.#from + this.#texts.length
  }

  hasRoom(bytes: number): boolean {
    return this.#texts.length < limits.CLIENT_BATCH_EVENTS && this.#bytes + bytes <= limits.CLIENT_BATCH_BYTES - 1
  }

  /** Throws `SPILL_LIMIT` for one that is too large by itself. */
  add(text: string, bytes: number): void {
    if (bytes > limits.CLIENT_BATCH_BYTES - 1)
      throw new ClientError('SPILL_LIMIT', `event ${this.end} has more than ${limits.CLIENT_BATCH_BYTES} bytes (CLIENT_BATCH_BYTES)`)
    this.#texts.push(text)
    this.#bytes += bytes
  }

  take(): Batch {
    const taken = { from: this.#from, texts: this.#texts }
    this.#from = this.end
    this.#texts = []
    this.#bytes = 0
    return taken
  }
}

/** A text is too, by its characters, which are no events. */
const isIterable = (records: unknown): boolean =>
  typeof records === 'object' && records !== null && (Symbol.iterator in records || Symbol.asyncIterator in records)

/** A request of few events is JSON, one of many is lines. */
export function bodyOf({ texts }: Batch): { readonly type: string; readonly body: string } {
  return texts.length <= limits.CLIENT_JSON_EVENTS
    ? { type: 'application/json', body: `[${texts.join(',')}]` }
    : { type: 'application/x-ndjson', body: `${texts.join('\n')}\n` }
}

export function halvesOf({ from, texts }: Batch): readonly [Batch, Batch] {
  const middle = Math.ceil(texts.length / 2)
  return [
    { from, texts: texts.slice(0, middle) },
    { from: from + middle, texts: texts.slice(middle) },
  ]
}

/** Of a text as UTF-8, or a little more. */
function bytesOf(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 0x7f) bytes += unit > 0x7ff ? 2 : 1
  }
  return bytes
}

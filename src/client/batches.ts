/** Events as the bodies of requests, each within what a server takes in one. */
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import { jsonText } from './json-text.ts'

/** Events that are sent together. */
export interface Batch {
  /** Index of the first, among all that are sent. */
  readonly from: number
  /** Each as JSON. */
  readonly texts: readonly string[]
}

/** Throws `SPILL_INPUT` for a record that JSON cannot hold, `SPILL_LIMIT` for one that is too large; what stood before was given. */
export async function* batchesOf(records: Iterable<unknown> | AsyncIterable<unknown>): AsyncGenerator<Batch> {
  if (!isIterable(records)) throw new SpillwayError('SPILL_INPUT', 'events are an array, or what can be iterated: write [event] for one')
  let from = 0
  let texts: string[] = []
  let bytes = 0
  for await (const record of records) {
    const text = jsonText(`event ${from + texts.length}`, record)
    const own = bytesOf(text) + 1
    if (texts.length >= limits.CLIENT_BATCH_EVENTS || bytes + own > limits.CLIENT_BATCH_BYTES - 1) {
      if (texts.length > 0) yield { from, texts }
      from += texts.length
      texts = []
      bytes = 0
    }
    if (own > limits.CLIENT_BATCH_BYTES - 1)
      throw new SpillwayError('SPILL_LIMIT', `event ${from} has more than ${limits.CLIENT_BATCH_BYTES} bytes (CLIENT_BATCH_BYTES)`)
    texts.push(text)
    bytes += own
  }
  // Of no events too: where the log stands.
  if (texts.length > 0 || from === 0) yield { from, texts }
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

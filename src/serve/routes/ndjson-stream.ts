/** A stream of NDJSON into a source: read as fast as the run takes it, and acknowledged when the last of it is durable. */
import type { IncomingMessage } from 'node:http'
import { unmarked } from '../../files/bytes.ts'
import { ndjsonBatches } from '../../files/ndjson.ts'
import type { LineReader } from '../../intake/line-reader.ts'
import type { Receipt } from '../../run/ingest/appender.ts'
import { bodyChunks } from '../body/body.ts'
import type { Share } from '../access/load.ts'
import { Outcome } from './ingest-result.ts'
import { ServeError, toldOf } from '../http/serve-error.ts'
import type { ServedRun } from '../http/served-run.ts'

/**
 * `reader`, of the source, reads what it can into cells. Holds one chunk and what the run has not yet made durable, bounded. Rejects for a body that is too large, cut off or damaged, with what was taken
 * before that; lines that are none are refused one by one.
 */
export async function takeStream(
  run: ServedRun,
  source: string,
  request: IncomingMessage,
  share: Share,
  reader: LineReader | undefined,
): Promise<Outcome> {
  const outcome = new Outcome('line', run.end)
  const { streamBytes, streamWaitingBytes } = share.bounds
  const chunks = new Counted(unmarked(bodyChunks(request, { bytes: streamBytes, limit: 'HTTP_STREAM_BYTES_MAX' }, share)))
  const sent = new Sent(outcome)
  try {
    for await (const { batch } of ndjsonBatches(chunks, 'http', { reader })) {
      const bytes = chunks.taken()
      const records = batch.records.length + batch.undecodable.length
      if (records === 0) continue
      await run.room()
      const held = await share.records(records)
      sent.add(run.submit(source, { ...batch, onRefused: outcome.onRefused }).finally(held.release), bytes)
      await sent.until(streamWaitingBytes)
    }
    await sent.all()
    return outcome
  } catch (error) {
    await sent.rest()
    const { status, headers, body } = toldOf(error)
    if (status >= 500 && !(error instanceof ServeError)) throw error
    const message = `${body.message}; ${outcome.isEmpty ? 'nothing of it was taken' : 'what stood before is taken'}`
    throw new ServeError(body.code, message, { status, headers, more: outcome.fields() })
  }
}

/** Stretches of a stream that were given to the run, in order, until they are durable. */
class Sent {
  readonly #outcome: Outcome
  readonly #receipts: { readonly receipt: Promise<Receipt>; readonly bytes: number }[] = []
  #bytes = 0

  constructor(outcome: Outcome) {
    this.#outcome = outcome
  }

  add(receipt: Promise<Receipt>, bytes: number): void {
    // It is waited for in its turn.
    receipt.catch(() => {})
    this.#receipts.push({ receipt, bytes })
    this.#bytes += bytes
  }

  /** Waits until at most so many bytes are not durable. Rejects if the run fails. */
  async until(bytes: number): Promise<void> {
    while (this.#bytes > bytes) await this.#first()
  }

  async all(): Promise<void> {
    while (this.#receipts.length > 0) await this.#first()
  }

  async #first(): Promise<void> {
    this.#outcome.add(await this.#receipts[0].receipt)
    this.#bytes -= this.#receipts.shift()!.bytes
  }

  /** Waits for all that become durable yet. */
  async rest(): Promise<void> {
    const receipts = await Promise.allSettled(this.#receipts.map(({ receipt }) => receipt))
    for (const receipt of receipts) if (receipt.status === 'fulfilled') this.#outcome.add(receipt.value)
  }
}

/** Counts the bytes that pass, from one look to the next. */
class Counted implements AsyncIterable<Buffer> {
  readonly #chunks: AsyncIterable<Buffer>
  #bytes = 0

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for await (const chunk of this.#chunks) {
      this.#bytes += chunk.length
      yield chunk
    }
  }

  taken(): number {
    const bytes = this.#bytes
    this.#bytes = 0
    return bytes
  }
}

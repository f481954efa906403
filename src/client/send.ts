/** Sends events in order: one request at a time, with the sum of all results. */
import { SpillwayError } from '../base/index.ts'
import type { RejectedEvent, Sent, SentSoFar } from './answers.ts'
import { splitIntoBatches, bodyOf, halvesOf, type EventBatch } from './batches.ts'
import { ClientError } from './client-error.ts'
import type { CallOptions, HttpClient } from './http.ts'
import { hasIds, type Definition } from './named.ts'

/** The answer of the server to one request. */
interface Receipt {
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: number
  /** Absent from a gate, which has no log. */
  readonly sequence?: number
  readonly errors?: readonly { readonly index?: number; readonly line?: number; readonly reason: string; readonly detail: string }[]
}

/** The options of `send`. */
export interface SendOptions extends CallOptions {
  /**
   * Called after each acknowledged request, with the sum of all so far. If a signal or an error of the iterable ends the send, its
   * rejection has no progress, and only this callback has. An error of the callback ends the send.
   */
  readonly onSent?: ((soFar: SentSoFar) => void) | undefined
}

/** Sends events. Its `ClientError` has the progress (`sent`, `from`); the signal's reason and errors of the user's functions have none. */
export async function send(
  http: HttpClient,
  source: Definition,
  records: Iterable<unknown> | AsyncIterable<unknown>,
  { signal, onSent }: SendOptions,
): Promise<Sent> {
  const sent = { accepted: 0, duplicates: 0, rejected: 0, sequence: 0, rejections: [] as RejectedEvent[] }
  /** Index of the first event that is not acknowledged. */
  let next = 0
  const isIdempotent = hasIds(source)
  const path = `/sources/${encodeURIComponent(source.name)}/events`
  const sendOne = async (batch: EventBatch): Promise<void> => {
    const receipt = await http.json<Receipt>({ path, ...bodyOf(batch), isIdempotent, signal }).catch((error: unknown) => {
      // A server or proxy with a smaller limit answers 413 before it processes any of the batch, unless it says otherwise: send its halves.
      const isTooLarge = error instanceof ClientError && error.status === 413 && (isIdempotent || !error.mayBePartial)
      if (isTooLarge && batch.texts.length > 1) return undefined
      throw error
    })
    if (receipt === undefined) return sendAll(halvesOf(batch))
    const { errors = [] } = receipt
    for (const count of ['accepted', 'duplicates', 'rejected'] as const) sent[count] += receipt[count]
    sent.sequence = receipt.sequence ?? sent.sequence
    for (const { index, line = NaN, reason, detail } of errors)
      sent.rejections.push({ index: batch.from + (index ?? line - 1), reason, detail })
    next = batch.from + batch.texts.length
    onSent?.({ ...sent, rejections: [...sent.rejections], from: next })
  }
  const sendAll = async (batches: Iterable<EventBatch> | AsyncIterable<EventBatch>): Promise<void> => {
    for await (const batch of batches) await sendOne(batch)
  }
  try {
    await sendAll(splitIntoBatches(records, { signal, waitMs: http.options.gatherMs }))
    return sent
  } catch (error) {
    throw error === signal?.reason ? error : withProgress(error, sent, next)
  }
}

/** Adds the progress to an error. */
function withProgress(error: unknown, sent: Sent, next: number): unknown {
  if (!(error instanceof SpillwayError)) return error
  const { status, retryAfterMs, mayBePartial } = error instanceof ClientError ? error : {}
  const more = next === 0 ? '' : `; the ${next} events before event ${next} are acknowledged`
  const extended = new ClientError(error.code, `${error.message}${more}`, { status, retryAfterMs, mayBePartial, cause: error })
  extended.sent = sent
  extended.from = next
  return extended
}

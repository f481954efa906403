/** Sends events: one request after the other, so that they arrive in the order in which they are given, and adds up what became of them. */
import { SpillwayError } from '../base/errors.ts'
import type { RefusedEvent, Sent, SentSoFar } from './answers.ts'
import { batchesOf, bodyOf, halvesOf, type Batch } from './batches.ts'
import { ClientError } from './client-error.ts'
import type { CallOptions, Http } from './http.ts'
import { hasIds, type Definition } from './named.ts'

/** As the server writes it. */
interface Receipt {
  readonly accepted: number
  readonly duplicates: number
  readonly refused: number
  readonly position: number
  readonly errors?: readonly { readonly index?: number; readonly line?: number; readonly reason: string; readonly detail: string }[]
}

export interface SendOptions extends CallOptions {
  /**
   * Told after each request that was acknowledged, with all of them together: where a signal ends a send, or the iterable throws, it rejects with what is not ours, and only this says how
   * far it came. What it throws ends the send.
   */
  readonly onSent?: ((soFar: SentSoFar) => void) | undefined
}

/** Rejects with what was acknowledged before that (`ClientError.sent`, `from`), unless with what the signal, the iterable or another function of the user's gave. */
export async function send(
  http: Http,
  source: Definition,
  records: Iterable<unknown> | AsyncIterable<unknown>,
  { signal, onSent }: SendOptions,
): Promise<Sent> {
  const outcome = new Outcome()
  const path = `/sources/${encodeURIComponent(source.name)}/events`
  const sendOne = async (batch: Batch): Promise<void> => {
    const receipt = await http.json<Receipt>({ path, ...bodyOf(batch), mayRepeat: hasIds(source), signal }).catch((error: unknown) => {
      // A server, or a proxy in front of it, may take less at once: it says so before it takes anything.
      if (error instanceof ClientError && error.status === 413 && batch.texts.length > 1) return undefined
      throw error
    })
    if (receipt === undefined) return sendAll(halvesOf(batch))
    outcome.add(batch, receipt)
    onSent?.(outcome.soFar)
  }
  const sendAll = async (batches: Iterable<Batch> | AsyncIterable<Batch>): Promise<void> => {
    for await (const batch of batches) await sendOne(batch)
  }
  try {
    await sendAll(batchesOf(records, { signal, waitMs: http.options.gatherMs }))
    return outcome.sent
  } catch (error) {
    throw error === signal?.reason ? error : withOutcome(error, outcome)
  }
}

class Outcome {
  /** Index of the first event that is not acknowledged. */
  next = 0
  #accepted = 0
  #duplicates = 0
  #refused = 0
  #position = 0
  readonly #refusals: RefusedEvent[] = []

  add({ from, texts }: Batch, { accepted, duplicates, refused, position, errors = [] }: Receipt): void {
    this.#accepted += accepted
    this.#duplicates += duplicates
    this.#refused += refused
    this.#position = position
    for (const { index, line = NaN, reason, detail } of errors) this.#refusals.push({ index: from + (index ?? line - 1), reason, detail })
    this.next = from + texts.length
  }

  /** Of now, whatever is added later. */
  get soFar(): SentSoFar {
    return { ...this.sent, refusals: [...this.#refusals], from: this.next }
  }

  get sent(): Sent {
    return {
      accepted: this.#accepted,
      duplicates: this.#duplicates,
      refused: this.#refused,
      position: this.#position,
      refusals: this.#refusals,
    }
  }
}

/** Says what of the events is acknowledged. */
function withOutcome(error: unknown, { sent, next }: Outcome): unknown {
  if (!(error instanceof SpillwayError)) return error
  const { status, retryAfterMs } = error instanceof ClientError ? error : {}
  const more = next === 0 ? '' : `; the ${next} events before event ${next} are acknowledged`
  const told = new ClientError(error.code, `${error.message}${more}`, { status, retryAfterMs, cause: error })
  told.sent = sent
  told.from = next
  return told
}

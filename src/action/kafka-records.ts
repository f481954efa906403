/** The records that a topic gets: effects and decisions as JSON, and dead letters as the bytes that were rejected. */
import { deadLetterHeaders, type NewRecord } from '../kafka/index.ts'
import type { Delivery } from '../define/action/index.ts'

/** The header with the idempotency key. */
export const IDEMPOTENCY_HEADER = 'spillway-idempotency-key'

/** An effect or a decision. */
export function effectRecord({ id, action, key, body, trace }: Delivery): NewRecord {
  const headers = {
    [IDEMPOTENCY_HEADER]: id,
    ...(action !== undefined && { 'spillway-action': action }),
    ...(trace && { traceparent: trace.traceparent, ...(trace.tracestate && { tracestate: trace.tracestate }) }),
  }
  return { key: keyText(key), value: body, headers }
}

/** The key as other producers write it: a text without quotes, anything else as JSON. */
function keyText(json: string): string {
  const key: unknown = JSON.parse(json)
  return typeof key === 'string' ? key : json
}

/** The body of a dead letter, as far as its record needs it. */
interface LetterBody {
  readonly source?: string
  readonly reason: string
  readonly detail: string
  readonly place: string
  /** UTC ms. */
  readonly at: number
  readonly raw?: string
  readonly rawBase64?: string
}

/** A dead letter: the rejected bytes, with the headers of a dead letter. */
export function deadLetterRecord({ id, body }: Delivery): NewRecord {
  const { source = '', at, raw = '', rawBase64, ...rejection } = JSON.parse(body) as LetterBody
  const headers = {
    [IDEMPOTENCY_HEADER]: id,
    ...deadLetterHeaders({ source, ...rejection }),
    'spillway-rejected-at': new Date(at).toISOString(),
  }
  return { key: undefined, value: rawBase64 === undefined ? raw : Buffer.from(rawBase64, 'base64'), headers }
}

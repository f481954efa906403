/** A client of a gate's HTTP intake: it sends records again, with their ids, until the gate acknowledges them, also across restarts of the gate. */
import { pause } from '../../../src/base/clock.ts'
import { paymentOf } from './expected-topics.ts'

/** A gate that does not answer is asked again long before it gives up by itself (GATE_DECISION_MS). */
const ANSWER_MS = 5000
const AGAIN_MS = 50

/** A record of a request that the gate has acknowledged. */
export interface AcknowledgedRecord {
  readonly value: string
  readonly isRejected: boolean
}

interface IntakeAnswer {
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: number
  readonly errors?: readonly { readonly line?: number }[]
}

/** `urlOf`: the address of the gate that runs; undefined for a gate that has ended. */
export class GateClient {
  readonly acknowledged: AcknowledgedRecord[] = []
  /** Requests that have to be sent again for want of an answer. */
  repeated = 0
  readonly #urlOf: () => Promise<string | undefined>

  constructor(urlOf: () => Promise<string | undefined>) {
    this.#urlOf = urlOf
  }

  /** Sends values in one request: a single event as JSON, otherwise lines. Returns false if it is unknown whether all of them are durable. */
  async send(values: readonly string[]): Promise<boolean> {
    // An empty line is no record.
    const records = values.filter(value => value !== '')
    if (records.length === 0) return true
    const isSingle = records.length === 1 && paymentOf(records[0]) !== undefined
    const answer = await this.#post(records.join('\n'), isSingle ? 'application/json' : 'application/x-ndjson')
    if (!answer) {
      await pause(AGAIN_MS)
      return false
    }
    const rejected = new Set(isSingle && answer.rejected > 0 ? [1] : (answer.errors ?? []).map(({ line }) => line))
    const { accepted, duplicates } = answer
    if (accepted + duplicates + answer.rejected !== records.length || rejected.size !== answer.rejected)
      throw new Error(`the gate answers ${JSON.stringify(answer)} to ${records.length} records: ${records.join(' ')}`)
    this.acknowledged.push(...records.map((value, i) => ({ value, isRejected: rejected.has(i + 1) })))
    return true
  }

  /** The answer to a request that is acknowledged. */
  async #post(body: string, type: string): Promise<IntakeAnswer | undefined> {
    const url = await this.#urlOf()
    if (url === undefined) return undefined
    const response = await answerOf(`${url}/sources/payments/events`, body, type)
    if (!response || response.status === 503) {
      this.repeated++
      return undefined
    }
    if (response.status === 200) return response.answer
    if (response.status === 422) return { accepted: 0, duplicates: 0, rejected: 1 }
    throw new Error(`the gate answers ${response.status}: ${JSON.stringify(response.answer)}`)
  }
}

/** Undefined without one in time, as of a gate that was killed. */
async function answerOf(url: string, body: string, type: string): Promise<{ status: number; answer: IntakeAnswer } | undefined> {
  try {
    const init = { method: 'POST', headers: { 'content-type': type }, body, signal: AbortSignal.timeout(ANSWER_MS) }
    const response = await fetch(url, init)
    return { status: response.status, answer: (await response.json()) as IntakeAnswer }
  } catch {
    return undefined
  }
}

/** The undisturbed client: it sends events, one by one and as lines, requests decisions, and records the answers. */
import { createHmac } from 'node:crypto'
import { Agent, request, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { pause, stopwatch } from '../../src/base/clock.ts'
import { pay } from '../serve/shop.ts'
import { WEBHOOK_SECRET } from './server-process.ts'

const PAUSE_MS = 5

export interface ClientAnswers {
  /** Count of each status, as `ingest 200`. */
  readonly statuses: Record<string, number>
  readonly ms: number[]
  /** The first body of each status other than 200, keyed as `statuses`. */
  readonly messages: Record<string, string>
}

interface PaymentRequest {
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

export class OtherClient {
  readonly #port: number
  readonly #token: string
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  /** Acknowledged events. */
  readonly acknowledged: string[]
  #count: number

  /** Continues after the events that were acknowledged before. */
  constructor(port: number, token: string, acknowledged: string[] = []) {
    this.#port = port
    this.#token = token
    this.acknowledged = acknowledged
    this.#count = acknowledged.length * 10
  }

  /** This many rounds of each kind of request, one after the other. */
  async rounds(count: number): Promise<ClientAnswers> {
    const answered: ClientAnswers = { statuses: {}, ms: [], messages: {} }
    for (let round = 0; round < count; round++) {
      const [one, line, hook] = [0, 1, 2].map(() => `other-${this.#count++}`)
      const events = '/sources/payments/events'
      const json = JSON.stringify(pay(one, 'other'))
      if (await this.#note(answered, 'ingest', { path: events, body: json })) this.acknowledged.push(one)
      const lines = { 'content-type': 'application/x-ndjson' }
      const text = `${JSON.stringify(pay(line, 'other'))}\n`
      if (await this.#note(answered, 'lines', { path: events, headers: lines, body: text })) this.acknowledged.push(line)
      await this.#note(answered, 'decide', { path: '/models/check/decide', body: '{"card":"other","amount":1}' })
      await this.#note(answered, 'webhook', this.#webhook(hook))
      await pause(PAUSE_MS)
    }
    return answered
  }

  /** Acknowledged events that the server does not have. Sends all again: an event that the server has is a duplicate. */
  async missing(): Promise<string[]> {
    const missing: string[] = []
    const AT_ONCE = 100
    for (let from = 0; from < this.acknowledged.length; from += AT_ONCE) {
      const ids = this.acknowledged.slice(from, from + AT_ONCE)
      const { body } = await this.#send({ path: '/sources/payments/events', body: JSON.stringify(ids.map(id => pay(id, 'other'))) })
      const { duplicates } = JSON.parse(body) as { duplicates?: number }
      if (duplicates !== ids.length) missing.push(...ids)
    }
    return missing
  }

  /** The status of one event with a key of this many bytes. */
  async statusOfKey(bytes: number): Promise<number> {
    const { status } = await this.#send({ path: '/sources/payments/events', body: JSON.stringify(pay(`key-${bytes}`, 'k'.repeat(bytes))) })
    return status
  }

  close(): void {
    this.#agent.destroy()
  }

  #webhook(id: string): PaymentRequest {
    const body = JSON.stringify({ id, data: { cards: ['other'], at: 0 } })
    const at = Math.floor(Date.now() / 1000)
    const signature = createHmac('sha256', WEBHOOK_SECRET).update(`${at}.${body}`).digest('hex')
    return { path: '/sources/hooks/webhook', headers: { 'stripe-signature': `t=${at},v1=${signature}` }, body }
  }

  async #note(answered: ClientAnswers, kind: string, payment: PaymentRequest): Promise<boolean> {
    const began = stopwatch()
    const { status, body } = await this.#send(payment)
    answered.ms.push(stopwatch() - began)
    const name = `${kind} ${status}`
    answered.statuses[name] = (answered.statuses[name] ?? 0) + 1
    if (status !== 200) answered.messages[name] ??= body
    return status === 200
  }

  async #send({ path, headers, body }: PaymentRequest): Promise<{ status: number; body: string }> {
    const sending = request({
      host: '127.0.0.1',
      port: this.#port,
      path,
      method: 'POST',
      agent: this.#agent,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#token}`, ...headers },
    })
    sending.end(body)
    const [answer] = (await once(sending, 'response')) as [IncomingMessage]
    const chunks: Buffer[] = []
    for await (const chunk of answer) chunks.push(chunk as Buffer)
    return { status: answer.statusCode!, body: Buffer.concat(chunks).toString('utf8') }
  }
}

/** The sender of `bench action`, in a process of its own: posts readings when they are due, whether or not the run keeps up. */
import { Pool } from 'undici'
import { pause, wallClock } from '../../src/base/clock.ts'
import { KEYS, signalText } from './alarms.ts'
import { answering } from './forked.ts'
import { monotonic } from './monotonic.ts'

const CONNECTIONS = 32
const PATH = '/sources/signals/events'

export interface Sending {
  readonly eventsPerSecond: number
  /** Between two requests. */
  readonly everyMs: number
  readonly seconds: number
  readonly share: number
  /** The number of the first reading. */
  readonly first: number
}

export interface Sent {
  readonly events: number
  readonly requests: number
  readonly accepted: number
  /** Answers that were no acknowledgement, and what the first of them was. */
  readonly failed: readonly string[]
  /** Milliseconds from when a request was due until it was acknowledged, and until it was sent. */
  readonly acknowledgedMs: Float64Array
  readonly lateMs: Float64Array
  readonly cpuMs: number
}

let pool: Pool

async function post(body: string, type = 'application/json'): Promise<{ accepted: number } | { failed: string }> {
  try {
    const { statusCode, body: answer } = await pool.request({ path: PATH, method: 'POST', headers: { 'content-type': type }, body })
    const text = await answer.text()
    return statusCode === 200 ? { accepted: (JSON.parse(text) as { accepted: number }).accepted } : { failed: `${statusCode}: ${text}` }
  } catch (error) {
    return { failed: String(error) }
  }
}

/** One reading is an object, several are an array. */
async function send({ eventsPerSecond, everyMs, seconds, share, first }: Sending): Promise<Sent> {
  const cpu = process.cpuUsage()
  const acknowledgedMs: number[] = []
  const lateMs: number[] = []
  const failed: string[] = []
  const waiting = new Set<Promise<void>>()
  const begin = monotonic()
  const requests = Math.floor((seconds * 1000) / everyMs)
  const sent = { events: 0, accepted: 0 }
  const sendOne = async (number: number): Promise<void> => {
    const due = begin + number * everyMs
    const upto = Math.floor(((number + 1) * everyMs * eventsPerSecond) / 1000)
    const texts = Array.from({ length: upto - sent.events }, (_, i) => signalText(first + sent.events + i, share, due, wallClock()))
    sent.events = upto
    lateMs.push(monotonic() - due)
    const outcome = await post(texts.length === 1 ? texts[0] : `[${texts.join(',')}]`)
    acknowledgedMs.push(monotonic() - due)
    if ('failed' in outcome) failed.push(outcome.failed)
    else sent.accepted += outcome.accepted
  }
  for (let number = 0; number < requests;) {
    const wait = begin + number * everyMs - monotonic()
    if (wait > 0) {
      await pause(wait)
      continue
    }
    const sending = sendOne(number++).finally(() => waiting.delete(sending))
    waiting.add(sending)
  }
  await Promise.all(waiting)
  const { user, system } = process.cpuUsage(cpu)
  const times = { acknowledgedMs: Float64Array.from(acknowledgedMs), lateMs: Float64Array.from(lateMs) }
  return { ...sent, requests, failed, ...times, cpuMs: (user + system) / 1000 }
}

answering({
  to: async (url: string) => void (pool = new Pool(url, { connections: CONNECTIONS, pipelining: 1 })),
  /** One reading of each key, so that all of them are there. */
  fill: async () => {
    const lines = Array.from({ length: KEYS }, (_, number) => `${signalText(number, 0, 0, wallClock())}\n`)
    const outcome = await post(lines.join(''), 'application/x-ndjson')
    if ('failed' in outcome) throw new Error(outcome.failed)
    return outcome.accepted
  },
  send,
})

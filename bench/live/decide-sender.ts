/**
 * The sender of `bench decide`, in a separate process: posts a payment when it is due, whether or not others were answered, and keeps the
 * answers.
 */
import { paymentText } from '../../examples/fraud/lines.ts'
import type { Payment } from '../../examples/fraud/spending.ts'
import { wallClock } from '../../src/base/clock.ts'
import { flagsOf, type Answer, type DecideAnswers } from './decide-answers.ts'
import { paymentsOf } from './city.ts'
import { answerNamedRequests } from './bench-process.ts'
import { sendPaced } from './pacing.ts'
import { Poster } from './poster.ts'

/** At a thousand a second a hundred are in flight when each is answered at its deadline. */
const CONNECTIONS = 256

export interface City {
  readonly url: string
  readonly customers: number
  readonly payments: number
}

export interface DecideLoad {
  /** The number of the first payment. */
  readonly first: number
  readonly payments: number
  readonly everyMs: number
}

let poster: Poster
let payments: readonly Payment[] = []

const textOf = (number: number): string => paymentText(number, payments[number], new Date(wallClock()).toISOString())

async function send({ first, payments: count, everyMs }: DecideLoad): Promise<DecideAnswers> {
  const answered = { first, flags: new Uint8Array(count), score: new Float64Array(count).fill(NaN), failed: [] as string[] }
  const times = await sendPaced(count, everyMs, async i => {
    const posted = await poster.post('/sources/payments/decide', textOf(first + i))
    if ('failed' in posted) return void answered.failed.push(posted.failed)
    const answer = posted.answer as Answer
    const { decisions } = answer
    if (decisions.length > 1 || decisions.some(({ id }) => id !== String(first + i)))
      answered.failed.push(`payment ${first + i} is answered by ${JSON.stringify(decisions)}`)
    answered.score[i] = decisions[0]?.score ?? NaN
    answered.flags[i] = flagsOf(answer)
  })
  return { ...answered, ...times }
}

answerNamedRequests({
  /** Generates the city before any measurement. */
  city: (city: City) => {
    poster = new Poster(city.url, CONNECTIONS)
    payments = paymentsOf(city.customers, city.payments)
  },
  /** Sends the first payments at once, as history. */
  fill: async (count: number) => {
    const lines = Array.from({ length: count }, (_, number) => textOf(number))
    const posted = await poster.post('/sources/payments/events', lines.join(''), 'application/x-ndjson')
    if ('failed' in posted) throw new Error(posted.failed)
  },
  send,
})

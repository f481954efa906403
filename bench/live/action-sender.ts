/** The sender of `bench action`, in a separate process: posts readings when they are due, whether or not the run keeps up. */
import { wallClock } from '../../src/base/clock.ts'
import { KEYS, signalText } from './alarm-pipeline.ts'
import { answerNamedRequests } from './bench-process.ts'
import { sendPaced, type PacedTimes } from './pacing.ts'
import { Poster } from './poster.ts'

const CONNECTIONS = 32
const PATH = '/sources/signals/events'

export interface ActionLoad {
  readonly eventsPerSecond: number
  /** Between two requests. */
  readonly everyMs: number
  readonly seconds: number
  readonly share: number
  /** The number of the first reading. */
  readonly first: number
}

export interface ActionSendResult extends PacedTimes {
  readonly events: number
  readonly accepted: number
  /** Answers other than an acknowledgement. */
  readonly failed: readonly string[]
}

let poster: Poster

async function post(body: string, type?: string): Promise<{ accepted: number } | { failed: string }> {
  const posted = await poster.post(PATH, body, type)
  return 'failed' in posted ? posted : (posted.answer as { accepted: number })
}

/** One reading is an object; several are an array. */
async function send({ eventsPerSecond, everyMs, seconds, share, first }: ActionLoad): Promise<ActionSendResult> {
  const failed: string[] = []
  const counts = { events: 0, accepted: 0 }
  const times = await sendPaced(Math.floor((seconds * 1000) / everyMs), everyMs, async (number, due) => {
    const upto = Math.floor(((number + 1) * everyMs * eventsPerSecond) / 1000)
    const texts = Array.from({ length: upto - counts.events }, (_, i) => signalText(first + counts.events + i, share, due, wallClock()))
    counts.events = upto
    const outcome = await post(texts.length === 1 ? texts[0] : `[${texts.join(',')}]`)
    if ('failed' in outcome) failed.push(outcome.failed)
    else counts.accepted += outcome.accepted
  })
  return { ...counts, ...times, failed }
}

answerNamedRequests({
  to: async (url: string) => void (poster = new Poster(url, CONNECTIONS)),
  /** One reading of each key, so that all keys exist. */
  fill: async () => {
    const lines = Array.from({ length: KEYS }, (_, number) => `${signalText(number, 0, 0, wallClock())}\n`)
    const outcome = await post(lines.join(''), 'application/x-ndjson')
    if ('failed' in outcome) throw new Error(outcome.failed)
    return outcome.accepted
  },
  send,
})

/**
 * The sender of `bench clinic`, in a separate process: posts readings when they arrive by the shared clock, in slices of some milliseconds.
 */
import { pause } from '../../src/base/clock.ts'
import { ClinicDay, type DayOptions } from './clinic-day.ts'
import { answerNamedRequests } from './bench-process.ts'
import { Poster } from './poster.ts'
import { sharedClock, type Simulated } from './shared-clock.ts'

const CONNECTIONS = 16
/** Between two posts, of the machine's time. */
const SLICE_MS = 50

export interface ClinicSendResult {
  readonly lines: number
  readonly accepted: number
  readonly failed: readonly string[]
  /** Greatest delay of a post, ms of the machine's time. */
  readonly lateMs: number
  /** Since the start of sending. */
  readonly cpuMs: number
}

let day: ClinicDay

/** Until the end of the day; later arrivals are left out. */
async function send({ url, clock, seconds }: { url: string; clock: Simulated; seconds: number }): Promise<ClinicSendResult> {
  const cpu = process.cpuUsage()
  const poster = new Poster(url, CONNECTIONS)
  const counts = { lines: 0, accepted: 0, failed: [] as string[], lateMs: 0 }
  const waiting = new Set<Promise<void>>()
  const post = async (lines: readonly string[]): Promise<void> => {
    const posted = await poster.post('/sources/readings/events', lines.join(''), 'application/x-ndjson')
    if ('failed' in posted) counts.failed.push(posted.failed)
    else counts.accepted += (posted.answer as { accepted: number }).accepted
  }
  const slice = Math.max(1, Math.round((SLICE_MS * clock.speed) / 1000))
  let lines: string[] = []
  let second = 0
  for (const arriving of day.seconds(clock.start)) {
    if (second >= seconds) break
    // Not spread: a second of a large clinic has more lines than a call may have arguments.
    lines = lines.concat(arriving)
    second++
    if (second % slice !== 0 && second < seconds) continue
    const due = clock.begin + (second * 1000) / clock.speed
    await pause(Math.max(0, due - sharedClock()))
    counts.lateMs = Math.max(counts.lateMs, sharedClock() - due)
    counts.lines += lines.length
    const posting = post(lines).finally(() => waiting.delete(posting))
    waiting.add(posting)
    lines = []
  }
  await Promise.all(waiting)
  const { user, system } = process.cpuUsage(cpu)
  return { ...counts, cpuMs: (user + system) / 1000 }
}

answerNamedRequests({
  /** Generates the day before any measurement. */
  day: (options: DayOptions) => {
    day = new ClinicDay(options)
    return day.readings
  },
  send,
})

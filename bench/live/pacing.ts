/** Open-loop requests, sent when they are due, whether or not earlier ones were answered: waiting does not hide a slow server. */
import { beats } from './metronome.ts'
import { sharedClock } from './shared-clock.ts'

/** By request, in order. */
export interface PacedTimes {
  /** Milliseconds from the due time of a request to its answer, and to its sending. */
  readonly answeredMs: Float64Array
  readonly lateMs: Float64Array
  readonly cpuMs: number
}

/** `send` sends at once, and resolves with the answer. Resolves after all answers. */
export async function sendPaced(
  requests: number,
  everyMs: number,
  send: (number: number, due: number) => Promise<void>,
): Promise<PacedTimes> {
  const cpu = process.cpuUsage()
  const answeredMs = new Float64Array(requests)
  const lateMs = new Float64Array(requests)
  const waiting = new Set<Promise<void>>()
  const sendOne = async (number: number, due: number): Promise<void> => {
    lateMs[number] = sharedClock() - due
    await send(number, due)
    answeredMs[number] = sharedClock() - due
  }
  await beats(requests, everyMs, (number, due) => {
    const sending = sendOne(number, due).finally(() => waiting.delete(sending))
    waiting.add(sending)
  })
  await Promise.all(waiting)
  const { user, system } = process.cpuUsage(cpu)
  return { answeredMs, lateMs, cpuMs: (user + system) / 1000 }
}

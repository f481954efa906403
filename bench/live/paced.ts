/** Requests that are sent when they are due, whether or not those before were answered: what a server is slow at is not hidden by waiting for it. */
import { beats } from './metronome.ts'
import { sharedClock } from './shared-clock.ts'

/** By request, in order. */
export interface Paced {
  /** Milliseconds from when a request was due until it was answered, and until it was sent. */
  readonly answeredMs: Float64Array
  readonly lateMs: Float64Array
  readonly cpuMs: number
}

/** `send` sends at once, and resolves when it was answered. Resolves when all were. */
export async function paced(requests: number, everyMs: number, send: (number: number, due: number) => Promise<void>): Promise<Paced> {
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

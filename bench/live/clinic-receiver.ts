/**
 * The receiver of `bench clinic`, in a separate process: the glucose example's, which checks each page's signature and records its time by
 * the shared clock.
 */
import { receive } from '../../examples/glucose/pages.ts'
import { answerNamedRequests } from './bench-process.ts'
import { simulatedClock, type Simulated } from './shared-clock.ts'

export interface Paged {
  /** Idempotency key. */
  readonly key: string
  readonly patient: string
  /** Time of the tick, of the newest reading, and of the delivery, UTC ms of the simulated clock. */
  readonly t: number
  readonly newest: number
  readonly received: number
}

export interface Pages {
  readonly pages: readonly Paged[]
  /** Repeated pages, and requests without a signature. */
  readonly again: number
  readonly rejected: number
  readonly cpuMs: number
}

const DEADLINE_MS = 8 * 60_000
const [secret] = process.argv.slice(2)
const pages: Paged[] = []
let clock = (): number => NaN
let cpu = process.cpuUsage()

const receiver = await receive(secret, ({ key, patient, t, due }, isNew) => {
  if (isNew) pages.push({ key, patient, t, newest: due - DEADLINE_MS, received: clock() })
  return true
})

answerNamedRequests({
  url: () => receiver.url,
  clock: (simulated: Simulated) => {
    clock = simulatedClock(simulated)
    cpu = process.cpuUsage()
  },
  pages: (): Pages => {
    const { user, system } = process.cpuUsage(cpu)
    return { pages, ...receiver.counts, cpuMs: (user + system) / 1000 }
  },
})

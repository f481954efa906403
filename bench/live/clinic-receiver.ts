/** The receiver of `bench clinic`, in a process of its own: the glucose example's, which checks each page's signature, and notes when it came by the clock that all share. */
import { receive } from '../../examples/glucose/pages.ts'
import { answering } from './forked.ts'
import { simulatedClock, type Simulated } from './shared-clock.ts'

export interface Paged {
  /** Idempotency key. */
  readonly key: string
  readonly patient: string
  /** Of the tick, of the newest reading, and when the page came, UTC ms of the simulated clock. */
  readonly t: number
  readonly newest: number
  readonly received: number
}

export interface Pages {
  readonly pages: readonly Paged[]
  /** Pages that came once more, and knocks without a signature. */
  readonly again: number
  readonly refused: number
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

answering({
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

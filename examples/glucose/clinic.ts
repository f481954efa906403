/**
 * A clinic for a minute, in one command: a receiver of pages, `spillway run` as a server, and readings over HTTP as they are measured. In
 * the middle the run is killed (`kill -9`) with a page in flight, and started again. Exits with code 0 only if no reading and no page was
 * lost, and no page came under two keys.
 *
 *     node clinic.ts --patients 5000 --seconds 60
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { command } from '../command.ts'
import { alerts, faults, timeOf, type Alert } from './account.ts'
import { arrivals } from './arrivals.ts'
import { receive, type Page, type Receiver } from './pages.ts'
import { post, type Posted } from './posting.ts'
import { ServedRun } from './served-run.ts'
import { here, spillwayJson } from './spillway-command.ts'

const usage = `usage: node clinic.ts [options]

  --patients N     5000 unless given
  --seconds N      how long readings come, 60 unless given
  --kill-after N   seconds after which the run is killed, at the next page: half of them unless given
  --seed N         7 unless given
  --data DIR       keep the run's data folder; a temporary one unless given`

const DEADLINE_MS = 8 * 60_000
const TICK_MS = 1000
const SETTLE_MS = 120_000

interface Request {
  readonly patients: number
  readonly seconds: number
  readonly killAfter: number
  readonly seed: number
  readonly data: string | undefined
}

/** Throws `RangeError` that names the invalid option. */
export function requestOf(args: readonly string[]): Request {
  const names = ['patients', 'seconds', 'kill-after', 'seed', 'data']
  const { values } = parseArgs({ args: [...args], options: Object.fromEntries(names.map(name => [name, { type: 'string' as const }])) })
  const number = (name: string, usual: number, max: number, min = 0): number => {
    const number = values[name] === undefined ? usual : Number(values[name] === '' ? NaN : values[name])
    if (!Number.isInteger(number) || number < min || number > max)
      throw new RangeError(`--${name} ${values[name]} is no whole number from ${min} to ${max}`)
    return number
  }
  // Half an hour after its page a patient may be paged again, which `account.ts` does not count.
  const seconds = number('seconds', 60, 1200, 1)
  return {
    patients: number('patients', 5000, 100_000, 1),
    seconds,
    killAfter: number('kill-after', Math.floor(seconds / 2), seconds),
    seed: number('seed', 7, 2 ** 32 - 1),
    data: values['data'],
  }
}

/** Results that are known at the end of a run. */
interface Found {
  readonly events: number
  readonly expected: ReadonlyMap<string, number>
  /** Patients whose page waits for the next run. */
  readonly waiting: ReadonlySet<string>
}

class Clinic {
  readonly #request: Request
  readonly #data: string
  readonly #secret = `whsec_${randomBytes(32).toString('base64')}`
  readonly #posted: Posted = { lines: 0, accepted: 0, duplicates: 0, rejected: 0, again: 0 }
  readonly #closed = new AbortController()
  #receiver!: Receiver
  #run!: ServedRun
  /** When the clinic opened, and when the earlier readings were in, UTC ms. */
  #opens = Infinity
  #caughtUp = Infinity
  #restarted: Promise<void> | undefined
  /** Killed, and not ended yet. */
  #isDying = false

  constructor(request: Request) {
    this.#request = request
    this.#data = request.data ?? mkdtempSync(join(tmpdir(), 'spillway-clinic-'))
  }

  /** The faults, one line each. */
  async open(): Promise<string[]> {
    const { patients, seconds, killAfter, seed } = this.#request
    const { signal } = this.#closed
    this.#receiver = await receive(this.#secret, (page, isNew) => this.#take(page, isNew))
    await this.#start()
    console.log(`readings of ${patients} patients go to ${this.#run.url}, process ${this.#run.pid}; pages come to ${this.#receiver.url}`)
    this.#opens = Date.now()
    // At a page if one comes in time, otherwise without one.
    const last = sleep(Math.max(killAfter, seconds * 0.8) * 1000, undefined, { signal }).then(() => this.#kill('no page was on its way'))
    const onCaughtUp = () => {
      this.#caughtUp = Date.now()
      console.log(`${timeOf(this.#caughtUp)}  the ${this.#posted.lines} readings of the last half hour are in`)
    }
    const posting = { address: () => this.#run.url, posted: this.#posted, onCaughtUp, signal }
    try {
      await Promise.all([post(arrivals(patients, seed, this.#opens, seconds), posting), last])
    } finally {
      await this.#restarted
    }
    await this.#settled()
    const status = await this.#run.stop()
    return [...(status === 0 ? [] : [`the run ended with ${status}`]), ...this.#account(await this.#found())]
  }

  async close(): Promise<void> {
    this.#closed.abort()
    this.#receiver?.close()
    await this.#run?.kill()
    if (this.#request.data === undefined) rmSync(this.#data, { recursive: true, force: true })
  }

  async #start(): Promise<void> {
    const env = { CLINIC_URL: this.#receiver.url, CLINIC_SECRET: this.#secret }
    this.#run = await ServedRun.start(here('hurried.ts'), this.#data, env)
  }

  /** Acknowledges a page, except the one at which the run is killed, and those in flight with it. */
  #take(page: Page, isNew: boolean): boolean {
    const { patient, score, received } = page
    const read = readAt(page)
    if (isNew && this.#isSince(page))
      console.log(`${timeOf(received)}  ${patient} scores ${score}: paged ${seconds(received - read)} after the reading of ${timeOf(read)}`)
    if (!isNew) console.log(`${timeOf(Date.now())}  ${patient} comes again, under the same key`)
    if (received - this.#opens >= this.#request.killAfter * 1000) this.#kill(`the page about ${patient} is here and not acknowledged`)
    return !this.#isDying
  }

  /** A page about readings after the opening: earlier ones come all at once. */
  #isSince({ t }: Page): boolean {
    return t > this.#caughtUp + TICK_MS
  }

  /** Kills the run once. If it cannot be started again, the clinic ends. */
  #kill(moment: string): void {
    if (this.#restarted) return
    this.#restarted = this.#restart(moment)
    this.#restarted.catch(() => this.#closed.abort())
  }

  async #restart(moment: string): Promise<void> {
    const { pid } = this.#run
    const killed = Date.now()
    console.log(`${timeOf(killed)}  ${moment}: kill -9 ${pid}`)
    this.#isDying = true
    await this.#run.kill()
    this.#isDying = false
    await this.#start()
    console.log(`${timeOf(Date.now())}  process ${this.#run.pid} goes on, ${seconds(Date.now() - killed)} later`)
  }

  /** Waits until nothing is left to send. */
  async #settled(): Promise<void> {
    for (const until = Date.now() + SETTLE_MS; Date.now() < until;) {
      const pending = await all(spillwayJson('effects', '--state', 'pending', '--last', '1', '--data', this.#data))
      if (pending.length === 0) return
    }
  }

  async #found(): Promise<Found> {
    const folder = ['--data', this.#data] as const
    const expected = await alerts(spillwayJson<Alert>('decisions', '--last', '100000000', ...folder))
    const pending = spillwayJson<{ readonly key: string }>('effects', '--state', 'pending', '--last', '100000000', ...folder)
    const [inspected] = await all(spillwayJson<{ sources: { offsets: number[] }[] }>('inspect', ...folder))
    return {
      events: inspected.sources[0].offsets.reduce((sum, offset) => sum + offset, 0),
      expected,
      waiting: new Set((await all(pending)).map(({ key }) => String(JSON.parse(key)))),
    }
  }

  /** Prints the results, and returns the faults. */
  #account({ events, expected, waiting }: Found): string[] {
    const { lines, accepted, duplicates, rejected, again } = this.#posted
    const { counts } = this.#receiver
    const pages = [...this.#receiver.pages.values()]
    const delays = pages
      .filter(page => this.#isSince(page))
      .map(page => page.received - readAt(page))
      .sort((a, b) => a - b)
    const late = delays.filter(ms => ms > DEADLINE_MS).length
    const delay =
      delays.length === 0 ? '' : `, ${seconds(delays[delays.length >> 1])} after the reading (median), ${seconds(delays.at(-1)!)} at most`
    console.log(`readings  ${lines} sent, ${events} in the log; ${again} posts sent again, ${duplicates} duplicates`)
    console.log(`pages     ${pages.length}: ${pages.length - delays.length} as the clinic opened, ${delays.length} since${delay}`)
    console.log(
      `          ${late} later than 8 min after the reading, ${counts.again} came again under their key, ${waiting.size} wait for the next run`,
    )
    return [
      ...(events === lines && accepted + duplicates === lines ? [] : [`${lines - events} readings are not in the log`]),
      ...(rejected === 0 ? [] : [`${rejected} readings were rejected`]),
      ...(counts.rejected === 0 ? [] : [`${counts.rejected} pages were not signed as they should be`]),
      ...(late === 0 ? [] : [`${late} pages were late`]),
      ...(pages.length > 0 ? [] : ['nobody was paged at all']),
      ...faults(new Map([...expected].filter(([patient]) => !waiting.has(patient))), pages),
    ]
  }
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const value of values) found.push(value)
  return found
}

/** The time of the newest reading, UTC ms. */
const readAt = ({ due }: Page): number => due - DEADLINE_MS

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

async function runClinic(request: Request): Promise<number> {
  const clinic = new Clinic(request)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void clinic.close().finally(() => process.exit(1)))
  try {
    const wrong = await clinic.open()
    console.log(wrong.length === 0 ? 'Nothing was lost, and nobody was paged under two keys.' : wrong.join('\n'))
    return wrong.length === 0 ? 0 : 1
  } finally {
    await clinic.close()
  }
}

if (import.meta.main) await command(usage, requestOf, runClinic)

/**
 * `bench ui`: the dashboard over a folder of ten million events and a million decisions. Time until each page shows its data, the first of them
 * after a start of the run; search of decisions by key; and what an open page costs the run at 5,000 events a second.
 *
 * The search has a baseline: the scan of the same folder without an index, as `spillway decisions --key` makes it. Windows without and with a
 * viewer alternate; a viewer requests what the page does, without drawing, as a browser on another machine would. No other system does
 * this work.
 */
import { cpSync, existsSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stopwatch, wallClock } from '../src/base/clock.ts'
import { openFolder } from '../src/operate/index.ts'
import { median, type Bench, type BenchOptions, type Outcome } from './bench.ts'
import type { ReceivedEffects } from './live/action-receiver.ts'
import type { ActionLoad, ActionSendResult } from './live/action-sender.ts'
import { signalText } from './live/alarm-pipeline.ts'
import { BenchProcess } from './live/bench-process.ts'
import { openPageLoads, type PageLoads } from './live/dashboard-loads.ts'
import { decisionList, LISTED, type LoadedPage, otherPages, overview, REJECTED } from './live/dashboard-pages.ts'
import { deviceOf, watchedAlarms } from './live/dashboard-pipeline.ts'
import { openViewer, type ViewedPage } from './live/dashboard-viewer.ts'
import { inFolder } from './live/folder.ts'
import type { ProcessWork } from './live/process-work.ts'
import { latencyOf, type Latency } from './statistics.ts'

/** Bounds: of issue 24, and of a search once its index is built. */
const LINES = { pageMs: 1000, warmSearchMs: 100, viewerCores: 0.03, p99Ratio: 1.05 }
const SHARE = 0.02
const EVERY_MS = 10
const WARM_S = 5
const SEARCHES = 20
/** Readings of the prepared folder that lead to a webhook. */
const ALARMS = 200
const sizes = {
  full: { events: 10_000_000, decisions: 1_000_000, eventsPerSecond: 5000, seconds: 30, rounds: 3 },
  small: { events: 100_000, decisions: 10_000, eventsPerSecond: 1000, seconds: 2, rounds: 1 },
}
type Size = (typeof sizes)['full']

const kinds = ['without', 'overview', 'decisions'] as const satisfies readonly (ViewedPage | 'without')[]
type Kind = (typeof kinds)[number]

export const bench: Bench = { name: 'ui', run: options => inFolder(folder => run(folder, options)) }

async function run(folder: string, options: BenchOptions): Promise<Outcome> {
  const size = options.small ? sizes.small : sizes.full
  const rounds = options.rounds ?? size.rounds
  const data = join(folder, 'data')
  const receiver = new BenchProcess('./action-receiver.ts', [], { isClient: true })
  let loads: PageLoads | undefined
  try {
    const hook = await receiver.ask<string>('url')
    cpSync(await preparedFolder(size, hook, options), data, { recursive: true })
    const open = (loads = openPageLoads())
    const pages: Record<string, number[]> = {}
    const searches: Searches[] = []
    for (let round = 0; round < rounds; round++) {
      options.progress(`round ${round + 1} of ${rounds}: pages`)
      await withServer(data, hook, url => loadPages(url, open, pages))
      options.progress(`round ${round + 1} of ${rounds}: decisions`)
      searches.push(await withServer(data, hook, url => searchDecisions(url, open)))
    }
    const scans = await timeScans(data, rounds)
    const live = await withServer(data, hook, (url, server) => measureViewers({ url, server, receiver, size, rounds }, options))
    return outcome({ pages, searches, scans, ...live, loads: open, size, rounds }, options)
  } finally {
    receiver.end()
    await loads?.close()
  }
}

/** The filled folder, made once for all runs of this bench and of this pipeline. */
async function preparedFolder(size: Size, hook: string, { progress }: BenchOptions): Promise<string> {
  const path = join(tmpdir(), `spillway-bench-ui-${size.events}-${watchedAlarms.fingerprint.slice(0, 12)}`)
  if (existsSync(path)) return path
  progress(`filling ${path} with ${size.events} events and ${size.decisions} decisions`)
  const partial = `${path}-${process.pid}`
  try {
    const filling = new BenchProcess('./dashboard-process.ts', ['fill', partial, String(size.events), String(size.decisions)])
    await filling.ask('filled').finally(() => filling.end())
    await withServer(partial, hook, async (url, server) => {
      const at = wallClock()
      await post(url, `[${Array.from({ length: ALARMS }, (_, i) => signalText(size.decisions + i, 1, 0, at)).join(',')}]`)
      await post(url, `[${Array.from({ length: REJECTED }, () => '{"level":"none"}').join(',')}]`)
      await server.ask('untilBatchRun')
    })
    renameSync(partial, path)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
  return path
}

async function post(url: string, body: string): Promise<void> {
  await (await fetch(`${url}/sources/signals/events`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })).text()
}

/** Starts a run in the folder, and ends it. */
async function withServer<T>(data: string, hook: string, use: (url: string, server: BenchProcess) => Promise<T>): Promise<T> {
  const server = new BenchProcess('./dashboard-process.ts', ['serve', data, hook])
  try {
    const result = await use(await server.ask<string>('url'), server)
    await server.ask('end')
    return result
  } finally {
    server.end()
  }
}

interface ListedDecisions {
  readonly decisions: readonly { readonly entry: number; readonly key: string }[]
}

const decisionsOf = async (url: string, query: string): Promise<ListedDecisions> =>
  (await (await fetch(`${url}/decisions?${query}`)).json()) as ListedDecisions

/** Loads every page, the overview first: the run has just started. */
async function loadPages(url: string, loads: PageLoads, pages: Record<string, number[]>): Promise<void> {
  const load = async (page: LoadedPage): Promise<void> => void (pages[page.name] ??= []).push(await loads.load(url, page))
  await load(overview)
  const [{ entry }] = (await decisionsOf(url, 'limit=1')).decisions
  for (const page of otherPages(entry)) await load(page)
}

interface Searches {
  /** The page of decisions as the first after a start. */
  readonly firstListMs: number
  /** The first search by key, which builds the index, and the median of further ones. */
  readonly coldMs: number
  readonly warmMs: number
}

async function searchDecisions(url: string, loads: PageLoads): Promise<Searches> {
  const firstListMs = await loads.load(url, decisionList)
  const times: number[] = []
  for (let search = 0; search <= SEARCHES; search++) {
    const key = deviceOf(search * 7)
    const begin = stopwatch()
    const { decisions } = await decisionsOf(url, `key=${key}&limit=${LISTED}`)
    times.push(stopwatch() - begin)
    if (decisions.length === 0 || decisions.some(decision => decision.key !== key))
      throw new Error(`the search for ${key} found ${decisions.length} decisions, or those of another key`)
  }
  const [coldMs, ...warm] = times
  return { firstListMs, coldMs, warmMs: median(warm) }
}

/** The same search without an index. */
async function timeScans(data: string, rounds: number): Promise<number[]> {
  const folder = openFolder(data)
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const begin = stopwatch()
    await folder.decisions.find({ key: deviceOf(7 * round), last: LISTED })
    times.push(stopwatch() - begin)
  }
  folder.close()
  return times
}

interface ViewerWindow {
  readonly cores: number
  /** From the due time of an event to the acknowledgement of its effect. */
  readonly effectMs: Latency
  readonly readBytesPerSecond: number
}

interface Viewing {
  readonly url: string
  readonly server: BenchProcess
  readonly receiver: BenchProcess
  readonly size: Size
  readonly rounds: number
}

interface ViewerCosts {
  readonly windows: Readonly<Record<Kind, readonly ViewerWindow[]>>
  readonly failures: readonly string[]
}

async function measureViewers({ url, server, receiver, size, rounds }: Viewing, options: BenchOptions): Promise<ViewerCosts> {
  const sender = new BenchProcess('./action-sender.ts', [], { isClient: true })
  const windows: Record<Kind, ViewerWindow[]> = { without: [], overview: [], decisions: [] }
  const failures: string[] = []
  let first = size.decisions + ALARMS
  const send = async (seconds: number): Promise<void> => {
    const load: ActionLoad = { eventsPerSecond: size.eventsPerSecond, everyMs: EVERY_MS, seconds, share: SHARE, first }
    const { events, failed } = await sender.ask<ActionSendResult>('send', load)
    first += events
    if (failed.length > 0) failures.push(`${failed.length} requests were not acknowledged, the first: ${failed[0]}`)
  }
  try {
    await sender.ask('to', url)
    await send(Math.min(WARM_S, size.seconds))
    for (let round = 0; round < rounds; round++)
      for (const kind of [...kinds.slice(round % kinds.length), ...kinds.slice(0, round % kinds.length)]) {
        options.progress(`round ${round + 1} of ${rounds}: ${kind === 'without' ? 'no viewer' : `a viewer of ${kind}`}`)
        await receiver.ask<ReceivedEffects>('received')
        const viewer = kind === 'without' ? undefined : openViewer(url, kind)
        await server.ask('watch')
        await send(size.seconds)
        const { cpuMs, seconds } = await server.ask<ProcessWork>('done')
        const bytes = viewer?.close().bytes ?? 0
        const { ms } = await receiver.ask<ReceivedEffects>('received')
        windows[kind].push({ cores: cpuMs / 1000 / seconds, effectMs: latencyOf(ms), readBytesPerSecond: Math.round(bytes / seconds) })
      }
    return { windows, failures }
  } finally {
    sender.end()
  }
}

interface DashboardFigures extends ViewerCosts {
  readonly pages: Readonly<Record<string, readonly number[]>>
  readonly searches: readonly Searches[]
  readonly scans: readonly number[]
  readonly loads: PageLoads
  readonly size: Size
  readonly rounds: number
}

function outcome(measured: DashboardFigures, { small }: BenchOptions): Outcome {
  const { pages, searches, scans, windows, loads, size, rounds } = measured
  const failures = [...measured.failures, ...loads.unexpected.map(route => `the page reads a route that the bench does not name: ${route}`)]
  /** A figure beside its line. */
  const beside = (name: string, value: number, line: number): { readonly value: number; readonly line: number } => {
    if (!small && !(value <= line)) failures.push(`${name} is ${value.toPrecision(3)}, the line is ${line}`)
    return { value, line }
  }
  const pageMs = Object.entries(pages).map(([name, times]) => [name, beside(`ms until ${name} shows data`, median(times), LINES.pageMs)])
  const search = (of: keyof Searches): number => median(searches.map(each => each[of]))
  const viewer = (kind: ViewedPage): object => {
    const pairs = windows[kind].map((window, round) => [window, windows.without[round]] as const)
    return {
      cores: beside(`cores of a viewer of ${kind}`, median(pairs.map(([a, b]) => a.cores - b.cores)), LINES.viewerCores),
      effectP99Ratio: beside(
        `p99 with a viewer of ${kind} by p99 without`,
        median(pairs.map(([a, b]) => a.effectMs.p99 / b.effectMs.p99)),
        LINES.p99Ratio,
      ),
      readBytesPerSecond: median(windows[kind].map(({ readBytesPerSecond }) => readBytesPerSecond)),
    }
  }
  return {
    figure: {
      bench: 'ui',
      unit: 'ms',
      spillway: median(pages[overview.name]),
      peer: null,
      ratio: null,
      rounds,
      settings: {
        job: 'from the navigation to /ui, the first request after a start of the run, until the overview shows the state of the run',
        browser: loads.browser,
        events: size.events,
        decisions: size.decisions,
        eventsPerSecond: size.eventsPerSecond,
        seconds: size.seconds,
        small,
      },
      pageMs: Object.fromEntries(pageMs) as object,
      firstDecisionListMs: beside('ms until the first list of decisions after a start', search('firstListMs'), LINES.pageMs),
      search: {
        coldMs: search('coldMs'),
        warmMs: beside('ms of a search by key', search('warmMs'), LINES.warmSearchMs),
        scanWithoutIndexMs: median(scans),
      },
      live: {
        withoutViewer: {
          cores: median(windows.without.map(({ cores }) => cores)),
          effectP99Ms: median(windows.without.map(({ effectMs }) => effectMs.p99)),
        },
        overview: viewer('overview'),
        decisions: viewer('decisions'),
      },
    },
    failures,
  }
}

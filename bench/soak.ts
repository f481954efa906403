/**
 * `bench soak`: a run at 5,000 events a second for an hour. Its memory and its WAL are watched, and everything is read back at its end.
 *
 * Windows and `dedupe` are a minute, so state is full after the second minute: later growth is a leak. No other system does this work.
 */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { callEvery, stopwatch, wallClock } from '../src/base/clock.ts'
import { limits } from '../src/base/limits.ts'
import { count, features, model, on, pipeline, rules, source, stream } from '../src/index.ts'
import { openDataFolder, readDataFolder } from '../src/log/sqlite/data-folder.ts'
import { Run } from '../src/run/loop/run.ts'
import { scheduleCheckpoints } from '../src/run/loop/live-run.ts'
import type { Bench, BenchOptions, Outcome } from './bench.ts'
import { fsyncP50, inFolder } from './live/folder.ts'
import { distinctIds } from './live/log-spillway.ts'
import { watchLoop, type Stalls } from './live/loop.ts'
import { sendSteadily, TICK_EVERY_MS, type OpenLoopCounts } from './live/open-loop.ts'
import { readingOf, schema, sensor } from './live/readings.ts'
import { latencyOf, slope } from './statistics.ts'

const EVENTS_PER_SECOND = 5000
const SENSORS = 10_000
const BATCH_EVERY_MS = 10
const LOOK_EVERY_MS = 1000
const WAL_LOOK_EVERY_MS = 50
const MINUTES = { full: 60, small: 1 }
const STEADY_AFTER_S = 120
const MB_PER_MINUTE_MAX = 1
/** The gate closes once the limit is passed, and commits in flight still follow. */
const WAL_BYTES_MAX = 2 * limits.WAL_PAGES_MAX * 4096

const readings = source('readings', { schema, key: 'sensor', time: 'at', id: 'id', dedupe: '1m' })
const now = features('now', {
  from: readings,
  entity: sensor,
  place: stream,
  values: r => ({ n: count('1m'), mean: r.level.mean('1m'), low: r.level.min('1m') }),
})
const watch = model('watch', {
  decide: on(readings),
  inputs: r => ({ n: now.of(r.sensor).n, mean: now.of(r.sensor).mean, low: now.of(r.sensor).low }),
  score: v => rules([{ when: v.low.lt(50), score: 0.9 }], 0.1),
})
const soaking = pipeline('soaking', [watch])

export const bench: Bench = { name: 'soak', run: options => inFolder(folder => run(folder, options)) }

interface MemorySamples {
  readonly rss: { readonly x: number; readonly y: number }[]
  walBytesMax: number
}

async function run(folder: string, options: BenchOptions): Promise<Outcome> {
  const minutes = options.minutes ?? (options.small ? MINUTES.small : MINUTES.full)
  const fsyncMsP50 = fsyncP50(folder)
  const { sendCounts, watched, stalls, counts } = await soak(folder, minutes, options.progress)
  const steady = watched.rss.filter(({ x }) => x * 60 >= STEADY_AFTER_S)
  const grows = slope(steady.length > 1 ? steady : watched.rss)
  options.progress(`memory grew by ${grows.toFixed(2)} MB a minute, the WAL had ${watched.walBytesMax} bytes; reading everything back`)
  const failures = await lost(folder, sendCounts, counts)
  if (watched.walBytesMax > WAL_BYTES_MAX) failures.push(`the WAL had ${watched.walBytesMax} bytes, the bound is ${WAL_BYTES_MAX}`)
  if (!options.small && !(grows < MB_PER_MINUTE_MAX))
    failures.push(`memory grows by ${grows.toFixed(2)} MB a minute, the bound is ${MB_PER_MINUTE_MAX}`)
  return {
    figure: {
      bench: 'soak',
      unit: 'MB/min',
      spillway: grows,
      peer: null,
      ratio: null,
      rounds: 1,
      settings: {
        job: 'ids, one group of 1m, a decision on each event; state saved every 10 to 60 s; dedupe 1m, so that state is full after two minutes',
        eventsPerSecond: EVENTS_PER_SECOND,
        minutes,
        sensors: SENSORS,
        slopeAfterSeconds: steady.length > 1 ? STEADY_AFTER_S : 0,
        fsyncMsP50,
        small: options.small,
      },
      events: sendCounts.events,
      decisions: counts.decisions,
      eventsPerSecond: sendCounts.events / (minutes * 60),
      acknowledgedMs: latencyOf(sendCounts.acknowledgedMs),
      stalls,
      walMbMax: watched.walBytesMax / 2 ** 20,
      rssMb: watched.rss.at(-1)?.y ?? null,
    },
    failures,
  }
}

interface SoakResult {
  readonly sendCounts: OpenLoopCounts
  readonly watched: MemorySamples
  readonly stalls: Stalls
  readonly counts: Run['counts']
}

async function soak(folder: string, minutes: number, progress: BenchOptions['progress']): Promise<SoakResult> {
  const data = await openDataFolder(folder)
  const { store } = data
  const reports: string[] = []
  const run = new Run(soaking, { store, onReport: report => reports.push(report) })
  const watched: MemorySamples = { rss: [], walBytesMax: 0 }
  const loop = await watchLoop()
  const begin = stopwatch()
  const minute = () => (stopwatch() - begin) / 60_000
  const wal = join(folder, 'log.db-wal')
  const timers = [
    callEvery(TICK_EVERY_MS, () => run.tick()),
    scheduleCheckpoints(run),
    callEvery(LOOK_EVERY_MS, () => watched.rss.push({ x: minute(), y: process.memoryUsage.rss() / 2 ** 20 })),
    callEvery(WAL_LOOK_EVERY_MS, () => (watched.walBytesMax = Math.max(watched.walBytesMax, existsSync(wal) ? statSync(wal).size : 0))),
    callEvery(60_000, () => progress(`minute ${Math.round(minute())} of ${minutes}, ${run.counts.accepted} events, ${memory()}`)),
  ]
  const steady = {
    eventsPerSecond: EVENTS_PER_SECOND,
    everyMs: BATCH_EVERY_MS,
    readingAt: (number: number) => readingOf(number, SENSORS, wallClock()),
  }
  const sendCounts = await sendSteadily(run, steady, 0, () => minute() >= minutes)
  const stalls = await loop.stop()
  await run.stop()
  for (const timer of timers) timer.stop()
  data.release()
  if (reports.length > 0) throw new Error(reports.join('; '))
  return { sendCounts, watched, stalls, counts: run.counts }
}

function memory(): string {
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage()
  const [all, heap, buffers] = [rss, heapUsed, arrayBuffers].map(bytes => (bytes / 2 ** 20).toFixed(1))
  return `${all} MB resident, ${heap} of them on the heap, ${buffers} in arrays`
}

/** Sent events that are missing, by count and by reading back. */
async function lost(
  folder: string,
  { events, duplicates, rejected }: OpenLoopCounts,
  { accepted, decisions }: Run['counts'],
): Promise<string[]> {
  const data = await openDataFolder(folder)
  const distinct = distinctIds(data, soaking.ir.sources)
  await data.store.close()
  data.release()
  const reader = readDataFolder(folder)
  let recorded = 0
  for (const { count } of reader.newestDecisions()) recorded += count
  reader.close()
  const wrong = Object.entries({ accepted, decisions, distinct, recorded }).filter(([, value]) => value !== events)
  return [
    ...wrong.map(([name, value]) => `${events} events were sent, and ${name} are ${value}`),
    ...(duplicates + rejected > 0 ? [`${duplicates} were taken for duplicates, ${rejected} rejected`] : []),
  ]
}

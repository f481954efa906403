/**
 * `bench tick`: a tick that decides on about 200,000 live keys while their readings continue, one every five minutes each.
 *
 * A clock that runs ahead creates the state from half an hour of readings with their ticks; then the clock stops shortly before the next
 * tick, and the measurement is in real time. The figure is the time from the tick to the last durable decision. No other system does this
 * work.
 */
import { callEvery as repeat, pause, wallClock } from '../src/base/clock.ts'
import { count, every, features, model, pipeline, rules, source, stream } from '../src/index.ts'
import { recordBatchOf } from '../src/intake/record-batch.ts'
import { openDataFolder } from '../src/log/sqlite/data-folder.ts'
import { Run } from '../src/run/loop/run.ts'
import { scheduleCheckpoints } from '../src/run/loop/live-run.ts'
import { median, type Bench, type BenchOptions, type Outcome } from './bench.ts'
import { fsyncP50, inFolder } from './live/folder.ts'
import { watchLoop, type Stalls } from './live/loop.ts'
import { sendSteadily, TICK_EVERY_MS } from './live/open-loop.ts'
import { readingOf, schema, sensor } from './live/readings.ts'
import { latencyOf } from './statistics.ts'

const PERIOD_MS = 300_000
const HISTORY_PERIODS = 6
const BATCH_EVERY_MS = 15
const BLOCK = 8192
const SECONDS_MAX = 5
const STALL_MS_MAX = 20
const ROUNDS = 3
/** `before` and `after`: duration of the readings around the measured tick, ms. */
const sizes = { full: { keys: 200_000, before: 15_000, after: 15_000 }, small: { keys: 5000, before: 1500, after: 1500 } }

const readings = source('readings', { schema, key: 'sensor', time: 'at', id: 'id' })
const recent = features('recent', {
  from: readings,
  entity: sensor,
  place: stream,
  values: r => ({
    n: count('30m'),
    mean: r.level.mean('30m'),
    low: r.level.min('30m'),
    last: r.level.last('30m'),
    slope: r.level.slope('30m'),
  }),
})
const watch = model('watch', {
  decide: every('5m', sensor, { live: '30m' }),
  inputs: ({ sensor: of }) => {
    const now = recent.of(of)
    return { n: now.n, mean: now.mean, low: now.low, last: now.last, slope: now.slope }
  },
  score: v =>
    rules(
      [
        { when: v.low.lt(54), score: 0.9 },
        { when: v.slope.lt(-2), score: 0.6 },
      ],
      0.1,
    ),
})
const clinic = pipeline('clinic', [watch])

export const bench: Bench = { name: 'tick', run: options => inFolder(folder => run(folder, options)) }

type Size = (typeof sizes)['full']

async function run(folder: string, options: BenchOptions): Promise<Outcome> {
  const size = options.small ? sizes.small : sizes.full
  const rounds = options.rounds ?? (options.small ? 1 : ROUNDS)
  const fsyncMsP50 = fsyncP50(folder)
  const measured = await ticks(folder, size, rounds, options)
  const seconds = median(measured.map(round => round.seconds))
  const stalls = {
    ms: Math.max(...measured.map(round => round.stalls.ms)),
    cpuMs: Math.max(...measured.map(round => round.stalls.cpuMs)),
    idleMs: Math.max(...measured.map(round => round.stalls.idleMs)),
  }
  const failures = measured.flatMap(({ decisions, lost }, i) => [
    ...(decisions === size.keys ? [] : [`round ${i + 1}: ${decisions} decisions about ${size.keys} live keys`]),
    ...(lost === 0 ? [] : [`round ${i + 1}: ${lost} events that came in were not accepted`]),
  ])
  if (!options.small && !(seconds < SECONDS_MAX)) failures.push(`a tick takes ${seconds.toFixed(2)} s, the bound is ${SECONDS_MAX} s`)
  if (!options.small && !(stalls.ms <= STALL_MS_MAX))
    failures.push(`the loop stood still for ${stalls.ms.toFixed(1)} ms, the bound is ${STALL_MS_MAX} ms`)
  return {
    figure: {
      bench: 'tick',
      unit: 's',
      spillway: seconds,
      peer: null,
      ratio: null,
      rounds,
      settings: {
        job: 'every 5m, live 30m; a stream group of 5 features over 30m; readings with ids, one a key in five minutes; state saved every 10 to 60 s',
        scored: 'from the moment of the tick until its last decision is durable',
        stalls:
          'longest time between two looks at the loop, 1 ms apart, without that millisecond; cpuMs: processor time of the thread in it; idleMs: of an idle thread',
        keys: size.keys,
        readingsPerSecond: size.keys / (PERIOD_MS / 1000),
        fsyncMsP50,
        small: options.small,
      },
      stalls,
      acknowledgedMs: latencyOf(measured.flatMap(round => round.acknowledgedMs)),
      rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
    },
    failures,
  }
}

interface Round {
  readonly seconds: number
  readonly decisions: number
  readonly lost: number
  readonly stalls: Stalls
  readonly acknowledgedMs: readonly number[]
}

async function ticks(folder: string, { keys, before, after }: Size, rounds: number, { progress }: BenchOptions): Promise<Round[]> {
  const data = await openDataFolder(folder)
  const { store } = data
  let clock = () => first
  const firstTick = Math.ceil(wallClock() / PERIOD_MS) * PERIOD_MS
  const first = firstTick - HISTORY_PERIODS * PERIOD_MS
  const run = new Run(clinic, { store, clock: () => clock() })
  const timers = [repeat(TICK_EVERY_MS, () => run.tick()), scheduleCheckpoints(run)]
  progress(`${HISTORY_PERIODS} readings of each of ${keys} keys`)
  let next = 0
  for (; next < keys * HISTORY_PERIODS; next += BLOCK) {
    const at = first + Math.floor((next / keys) * PERIOD_MS)
    clock = () => at
    await run.submit('readings', recordBatchOf(Array.from({ length: BLOCK }, (_, i) => readingOf(next + i, keys, at))))
  }
  const measured: Round[] = []
  for (let round = 0; round < rounds; round++) {
    const tick = firstTick + (round + 1) * PERIOD_MS
    // Makes the tick before it now, outside the measurement.
    clock = () => tick - PERIOD_MS + 1
    run.tick()
    await quiet(run)
    progress(`tick ${round + 1} of ${rounds}`)
    const from = wallClock() - (tick - before)
    clock = () => wallClock() - from
    const one = await oneTick(run, { tick, clock, keys, next, isOver: () => clock() > tick + after })
    measured.push(one.round)
    next += one.events
  }
  for (const timer of timers) timer.stop()
  await run.stop()
  data.release()
  return measured
}

/** Resolves when no decision has come for a while. */
async function quiet(run: Run): Promise<void> {
  for (let before = -1; run.counts.decisions !== before;) {
    before = run.counts.decisions
    await pause(1000)
  }
}

interface Around {
  readonly tick: number
  readonly clock: () => number
  readonly keys: number
  /** The number of the next reading. */
  readonly next: number
  readonly isOver: () => boolean
}

async function oneTick(run: Run, { tick, clock, keys, next, isOver }: Around): Promise<{ round: Round; events: number }> {
  const { decisions, accepted } = run.counts
  let doneAt = Infinity
  const watcher = repeat(1, () => {
    if (doneAt === Infinity && run.counts.decisions - decisions >= keys) doneAt = clock()
  })
  const loop = await watchLoop()
  const steady = {
    eventsPerSecond: keys / (PERIOD_MS / 1000),
    everyMs: BATCH_EVERY_MS,
    readingAt: (number: number) => readingOf(number, keys, clock()),
  }
  const counts = await sendSteadily(run, steady, next, isOver)
  const stalls = await loop.stop()
  await quiet(run)
  watcher.stop()
  const round = {
    seconds: (doneAt - tick) / 1000,
    decisions: run.counts.decisions - decisions,
    lost: counts.events - (run.counts.accepted - accepted),
    stalls,
    acknowledgedMs: counts.acknowledgedMs,
  }
  return { round, events: counts.events }
}

/**
 * `bench recover`: time of a new process, after `kill -9`, until it is ready for the next event of a log of millions.
 *
 * A process fills a log through `Run.submit` in large blocks, by a clock that runs ahead up to now, and saves state meanwhile like any run;
 * then it appends in real time until it is killed in the middle. Two logs: of a week, with large state, and of less than `dedupe`, all of
 * whose ids are indexed. The next process is measured; the headline is the slower of the two. No other system does this work.
 */
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { pause, stopwatch, wallClock } from '../src/base/clock.ts'
import { median, type Bench, type BenchOptions, type Outcome } from './bench.ts'
import { bytesIn, fsyncP50, inFolder } from './live/folder.ts'
import type { RecoveryTimes } from './live/recover-process.ts'

const SECONDS_MAX = 5
const ROUNDS = 3
/** `appendingMs`: from the full log with saved state to the kill. */
const sizes = {
  full: { events: 10_000_000, keys: 100_000, appendingMs: 15_000 },
  small: { events: 50_000, keys: 1000, appendingMs: 1000 },
}
const spans = { week: 7 * 86_400_000, halfHour: 1_800_000 }

export const bench: Bench = { name: 'recover', run }

type Size = (typeof sizes)['full']

async function run(options: BenchOptions): Promise<Outcome> {
  const size = options.small ? sizes.small : sizes.full
  const rounds = options.rounds ?? (options.small ? 1 : ROUNDS)
  const failures: string[] = []
  const measured: Record<string, Measurement> = {}
  for (const [name, span] of Object.entries(spans)) {
    measured[name] = await inFolder(folder => measure(folder, { name, span, size, rounds, failures }, options))
    const { readySeconds } = measured[name]
    if (!options.small && readySeconds >= SECONDS_MAX)
      failures.push(`${name}: ready after ${readySeconds.toFixed(2)} s, the bound is ${SECONDS_MAX} s`)
  }
  return {
    figure: {
      bench: 'recover',
      unit: 's',
      spillway: Math.max(...Object.values(measured).map(({ readySeconds }) => readySeconds)),
      peer: null,
      ratio: null,
      rounds,
      settings: {
        job: 'a source with ids (dedupe 1h), a group of 1h and one of 24h and 7d, default hops; filled through Run.submit; killed while it appended',
        ready: 'from starting the process until its Run takes the next event, of the slower log',
        ...size,
        small: options.small,
      },
      ...measured,
    },
    failures,
  }
}

type Measurement = Omit<RecoveryTimes, 'readyAt' | 'repeated' | 'reports'> & {
  readonly readySeconds: number
  readonly [more: string]: unknown
}

interface Log {
  readonly name: string
  readonly span: number
  readonly size: Size
  readonly rounds: number
  readonly failures: string[]
}

async function measure(folder: string, { name, span, size, rounds, failures }: Log, { progress }: BenchOptions): Promise<Measurement> {
  progress(`${name}: filling a log`)
  const filled = await fillAndKill(folder, size, span)
  const bytes = { logBytes: bytesIn(folder, 'log.db'), stateBytes: bytesIn(join(folder, 'state')) }
  const fsyncMsP50 = fsyncP50(folder)
  const starts: (RecoveryTimes & { readonly readySeconds: number })[] = []
  for (let round = 0; round < rounds; round++) {
    progress(`${name}: start ${round + 1} of ${rounds}`)
    const start = startAgain(folder)
    starts.push(start)
    if (start.end < filled.acknowledged) failures.push(`${name}: ${filled.acknowledged} events were acknowledged, the log has ${start.end}`)
    if (start.repeated > 0) failures.push(`${name}: ${start.repeated} of the events that were sent again were no duplicates`)
    for (const report of start.reports) failures.push(`${name}: ${report}`)
  }
  const middle = (of: (start: (typeof starts)[number]) => number) => median(starts.map(of))
  const [{ readyAt: _at, repeated: _repeated, reports: _reports, ...first }] = starts
  return {
    ...first,
    readySeconds: middle(({ readySeconds }) => readySeconds),
    openSeconds: middle(({ openSeconds }) => openSeconds),
    runSeconds: middle(({ runSeconds }) => runSeconds),
    firstEventSeconds: middle(({ firstEventSeconds }) => firstEventSeconds),
    ...bytes,
    logBytesPerEvent: bytes.logBytes / first.end,
    fsyncMsP50,
    fillSeconds: filled.seconds,
  }
}

const processOf = (...args: readonly string[]): string[] => [
  ...process.execArgv,
  fileURLToPath(new URL('./live/recover-process.ts', import.meta.url)),
  ...args,
]

async function fillAndKill(folder: string, { events, keys, appendingMs }: Size, span: number) {
  const begin = stopwatch()
  const filling = spawn(process.execPath, processOf('fill', folder, String(events), String(keys), String(span)), {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const full = Promise.withResolvers<void>()
  const ended = new Promise(resolve => filling.once('exit', resolve))
  let acknowledged = 0
  createInterface(filling.stdout).on('line', line => {
    if (line === 'full') full.resolve()
    else acknowledged = Number(line)
  })
  await Promise.race([full.promise, ended])
  const seconds = (stopwatch() - begin) / 1000
  if (filling.exitCode === null) await pause(appendingMs)
  if (filling.exitCode !== null) throw new Error(`the process that fills the log ended with ${filling.exitCode}`)
  filling.kill('SIGKILL')
  await ended
  return { acknowledged, seconds }
}

function startAgain(folder: string): RecoveryTimes & { readonly readySeconds: number } {
  const begin = wallClock()
  const { stdout, stderr, status } = spawnSync(process.execPath, processOf('start', folder), { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the new process failed: ${stderr}`)
  const recovered = JSON.parse(stdout) as RecoveryTimes
  return { ...recovered, readySeconds: (recovered.readyAt - begin) / 1000 }
}

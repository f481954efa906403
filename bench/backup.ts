/**
 * `bench backup`: what a backup costs the run that goes on. A log of ten million events gets 5,000 events a second more, of which 2 % lead to a
 * webhook, while it is backed up: by `spillway backup`, a process of its own, and by the thread of `run --backup`.
 *
 * Windows without and with a backup alternate. In a window with one, the first backup copies the whole log to an empty target, and further ones
 * copy what is new. At the end the last backup is restored and compared with the folder row by row. No other system does
 * this work.
 */
import { spawn } from 'node:child_process'
import { hash } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { BackupResult } from '../src/backup/backup.ts'
import { pause, stopwatch } from '../src/base/clock.ts'
import { ByteWriter } from '../src/log/bytes.ts'
import { logTables } from '../src/log/sqlite/log-tables.ts'
import { writeTableRow } from '../src/log/sqlite/row-codec.ts'
import { LogTableReader } from '../src/log/sqlite/table-reader.ts'
import { median, type Bench, type BenchOptions, type Figure, type Outcome } from './bench.ts'
import type { ReceivedEffects } from './live/action-receiver.ts'
import type { ActionLoad, ActionSendResult } from './live/action-sender.ts'
import { KEYS } from './live/alarm-pipeline.ts'
import { BenchProcess } from './live/bench-process.ts'
import { bytesIn, fsyncP50, inFolder } from './live/folder.ts'
import type { ProcessWork } from './live/process-work.ts'
import { latencyOf, type Latency } from './statistics.ts'

const kinds = ['without', 'command', 'thread'] as const
type Kind = (typeof kinds)[number]

/** p99 with a backup in relation to p99 without. */
const RATIO_MAX = 1.2
const EVERY_MS = 10
const COMMAND_EVERY_MS = 5000
const SHARE = 0.02
const WARM_S = 5
const sizes = {
  full: { events: 10_000_000, fillRate: 20_000, eventsPerSecond: 5000, seconds: 60, rounds: 3 },
  small: { events: 20_000, fillRate: 5000, eventsPerSecond: 1000, seconds: 2, rounds: 1 },
}

type Size = (typeof sizes)['full']

export const bench: Bench = { name: 'backup', run: options => inFolder(folder => run(folder, options)) }

/** One window. */
interface Window {
  /** From the due time of an event to the acknowledgement of its effect. */
  readonly effectMs: Latency
  /** From the due time of a request to its acknowledgement. */
  readonly postedMs: Latency
  readonly stallMs: number
  readonly backups: readonly BackupResult[]
}

/** The processes of the bench, and what they have done. */
class Live {
  readonly failures: string[] = []
  readonly #data: string
  readonly #receiver = new BenchProcess('./action-receiver.ts', [], { isClient: true })
  readonly #sender = new BenchProcess('./action-sender.ts', [], { isClient: true })
  #server: BenchProcess | undefined
  /** The number of the next event. */
  #first = KEYS

  constructor(data: string) {
    this.#data = data
  }

  async start(): Promise<void> {
    this.#server = new BenchProcess('./backup-run.ts', [this.#data, await this.#receiver.ask<string>('url')])
    await this.#sender.ask('to', await this.#server.ask<string>('url'))
    await this.#sender.ask('fill')
  }

  async send(eventsPerSecond: number, seconds: number, share: number): Promise<ActionSendResult> {
    const load: ActionLoad = { eventsPerSecond, everyMs: EVERY_MS, seconds, share, first: this.#first }
    const sent = await this.#sender.ask<ActionSendResult>('send', load)
    this.#first += sent.events
    if (sent.failed.length > 0) this.failures.push(`${sent.failed.length} requests were not acknowledged, the first: ${sent.failed[0]}`)
    return sent
  }

  /** Effects since the last call. */
  received(): Promise<ReceivedEffects> {
    return this.#receiver.ask('received')
  }

  async window(kind: Kind, target: string, { eventsPerSecond, seconds }: Size): Promise<Window> {
    const server = this.#server!
    await server.ask('watch')
    const backups = await startBackups(kind, this.#data, target, server)
    const sent = await this.send(eventsPerSecond, seconds, SHARE)
    const results = await backups()
    const { stalls } = await server.ask<ProcessWork>('done')
    const { ms } = await this.received()
    if (kind !== 'without' && results.length === 0) this.failures.push(`${kind}: no backup was made`)
    return { effectMs: latencyOf(ms), postedMs: latencyOf(sent.answeredMs), stallMs: stalls.ms, backups: results }
  }

  async stop(): Promise<void> {
    this.failures.push(...(await this.#server!.ask<readonly string[]>('end')))
  }

  end(): void {
    for (const process of [this.#receiver, this.#sender, this.#server]) process?.end()
  }
}

async function run(folder: string, options: BenchOptions): Promise<Outcome> {
  const size = options.small ? sizes.small : sizes.full
  const rounds = options.rounds ?? size.rounds
  const data = join(folder, 'data')
  const fsyncMsP50 = fsyncP50(folder)
  const windows: Record<Kind, Window[]> = { without: [], command: [], thread: [] }
  const live = new Live(data)
  const { failures } = live
  let logBytes: number
  try {
    await live.start()
    options.progress(`filling a log with ${size.events} events`)
    await live.send(size.fillRate, size.events / size.fillRate, 0)
    logBytes = bytesIn(data, 'log.db')
    await live.send(size.eventsPerSecond, Math.min(WARM_S, size.seconds), SHARE)
    await live.received()
    for (let round = 0; round < rounds; round++)
      for (const kind of [...kinds.slice(round % kinds.length), ...kinds.slice(0, round % kinds.length)]) {
        options.progress(`round ${round + 1} of ${rounds}: ${kind}`)
        const target = join(folder, `${kind}-${round}`)
        windows[kind].push(await live.window(kind, target, size))
        rmSync(target, { recursive: true, force: true })
      }
    await live.stop()
  } finally {
    live.end()
  }
  const p99 = Object.fromEntries(kinds.map(kind => [kind, median(windows[kind].map(({ effectMs }) => effectMs.p99))])) as Record<
    Kind,
    number
  >
  const ratio = Math.max(p99.command, p99.thread) / p99.without
  if (!options.small && ratio > RATIO_MAX)
    failures.push(`p99 with a backup is ${ratio.toFixed(2)} times that without, the bound is ${RATIO_MAX}`)
  const restoring = await restoreAndCompare(folder, data, failures)
  return { figure: figureOf(ratio, rounds, { ...size, logBytes, fsyncMsP50, small: options.small }, { p99, windows, restoring }), failures }
}

const figureOf = (ratio: number, rounds: number, settings: Figure['settings'], measured: Readonly<Record<string, unknown>>): Figure => ({
  bench: 'backup',
  unit: 'times',
  spillway: ratio,
  peer: null,
  ratio: null,
  rounds,
  settings: {
    job: 'bench action, while its log is backed up to an empty folder and then again and again',
    scored: "the effects' p99 in windows with a backup, by its median p99 in windows without; of command and thread the greater",
    ...settings,
  },
  ...measured,
})

/** Starts backups one after the other. Returns the function that waits for the last and returns their results. */
async function startBackups(
  kind: Kind,
  data: string,
  target: string,
  server: BenchProcess,
): Promise<() => Promise<readonly BackupResult[]>> {
  if (kind === 'without') return () => Promise.resolve([])
  if (kind === 'thread') {
    await server.ask('startBackups', target)
    return () => server.ask('stopBackups')
  }
  const stop = new AbortController()
  const results: BackupResult[] = []
  const all = (async () => {
    while (!stop.signal.aborted) {
      results.push(JSON.parse(await spillway('backup', target, '--data', data, '--json')) as BackupResult)
      // A schedule has pauses, in which no process starts.
      await pause(COMMAND_EVERY_MS, stop.signal)
    }
  })()
  return async () => {
    stop.abort()
    await all
    return results
  }
}

/** Runs a command in a process of its own, as a user does. Returns its output. */
async function spillway(...args: readonly string[]): Promise<string> {
  const bin = fileURLToPath(new URL('../src/cli/bin.ts', import.meta.url))
  const child = spawn(process.execPath, ['-C', 'spillway-source', bin, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  if (code !== 0) throw new Error(`spillway ${args.join(' ')} ended with ${String(code)}: ${err}`)
  return out
}

/** Restores a last backup of the folder, which no process has, and compares both. */
async function restoreAndCompare(folder: string, data: string, failures: string[]): Promise<Readonly<Record<string, number>>> {
  const [target, restored] = [join(folder, 'last'), join(folder, 'restored')]
  const began = stopwatch()
  await spillway('backup', target, '--data', data, '--rate', '100000')
  const backedUp = stopwatch()
  await spillway('restore', target, '--data', restored)
  const restoredAt = stopwatch()
  for (const table of logTables) {
    const [a, b] = [data, restored].map(path => tableHash(path, table.name))
    if (a !== b) failures.push(`table ${table.name} of the restored folder differs`)
  }
  return {
    backupSeconds: (backedUp - began) / 1000,
    restoreAndVerifySeconds: (restoredAt - backedUp) / 1000,
    targetBytes: treeBytes(target),
  }
}

/** A hash over all rows of a table, but for the mark of the restore. */
function tableHash(data: string, name: string): string {
  const reader = new LogTableReader(join(data, 'log.db'))
  const table = logTables.find(candidate => candidate.name === name)!
  let chained = ''
  for (const row of reader.rows(table)) {
    if (name === 'value' && row[0] === 'restored') continue
    const writer = new ByteWriter()
    writer.text(chained)
    writeTableRow(writer, row)
    chained = hash('sha256', writer.view())
  }
  reader.close()
  return chained
}

const treeBytes = (folder: string): number =>
  (readdirSync(folder, { recursive: true }) as string[]).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)

/**
 * Spillway's side of `bench audit`, `audit-process.ts FLIGHTS.parquet FOLDER`: loads the flights once, and computes their sweeps on
 * request.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readLog } from '../../examples/flights/decisions.ts'
import pipeline from '../../examples/flights/flights.ts'
import { stopwatch } from '../../src/base/clock.ts'
import { keepCompiledCode } from '../../src/cli/command/heap.ts'
import type { ReplayLog } from '../../src/replay/log.ts'
import { allSweeps, type Blocks, type LevelPoints } from './audit-sweeps.ts'
import { answerAsks } from './child.ts'

export interface SweepsRequest {
  readonly draws: number
  readonly seed: number
}

export interface SweepsResult {
  readonly seconds: number
  /** Of all threads. */
  readonly cpuSeconds: number
  /** Of the whole process since its start, including loading. */
  readonly peakMb: number
  readonly flights: number
  readonly levels: readonly LevelPoints[]
  readonly blocks: Blocks
}

const KB_IN_MB = 1024
// Like `spillway audit`.
keepCompiledCode()
const [file, folder] = process.argv.slice(2)
let log: ReplayLog | undefined

answerAsks(async ({ draws, seed }: SweepsRequest): Promise<SweepsResult> => {
  log ??= await readLog(file)
  globalThis.gc?.()
  const begun = stopwatch()
  const before = process.cpuUsage()
  const { levels, blocks, learnt } = await allSweeps(pipeline, log, { draws, seed })
  const seconds = (stopwatch() - begun) / 1000
  const { user, system } = process.cpuUsage(before)
  writeFor(log, learnt)
  const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / KB_IN_MB
  const flights = log.histories.get('departures')!.block.length
  return { seconds, cpuSeconds: (user + system) / 1e6, peakMb: peak, flights, levels, blocks }
})

/** Writes the history for the baseline: columns as they are in memory, one file each. */
function writeFor({ histories }: ReplayLog, learnt: Uint32Array): void {
  for (const source of ['departures', 'landings']) {
    const { block } = histories.get(source)!
    write(`${source}.time`, block.time)
    for (const [name, { values }] of Object.entries(block.columns)) write(`${source}.${name}`, values)
  }
  write('learnt', learnt)
}

function write(name: string, { buffer, byteOffset, byteLength }: Float64Array | Int32Array | Uint32Array): void {
  writeFileSync(join(folder, name), new Uint8Array(buffer, byteOffset, byteLength))
}

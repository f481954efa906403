/**
 * `bench batch-run`: memory of a batch run by number of key partitions, over one log; each run in a separate process, on one thread. Memory
 * with one partition grows with the log; with many it does not. No other system does this work.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { limits } from '../src/base/limits.ts'
import type { Bench, BenchOptions, Outcome } from './bench.ts'
import { fillLog } from './live/batch-pipeline.ts'
import type { BatchRunTook } from './live/batch-run-process.ts'
import { inFolder } from './live/folder.ts'

const sizes = {
  full: { events: 4_000_000, keys: 400_000 },
  small: { events: 20_000, keys: 2000 },
}
/** 0: chosen from the size of the log. */
const partitions = [0, 1, 4, 64]
/** Least ratio of the memory with one partition to that with the chosen number. */
const SAVED_MIN = 2.5

export const bench: Bench = { name: 'batch-run', run }

async function run({ small, progress }: BenchOptions): Promise<Outcome> {
  const size = small ? sizes.small : sizes.full
  return inFolder(async folder => {
    progress(`fills a log of ${size.events} events`)
    const path = await fillLog(join(folder, 'data'), size.events, size.keys)
    const took = partitions.map(count => {
      progress(`makes a run over ${count === 0 ? 'as many partitions as the log says' : `${count} partitions`}`)
      return runOver(path, count)
    })
    const [usual, one] = took
    const failures = took.flatMap(({ partitions: of, events, keys }) =>
      events === size.events && keys === one.keys ? [] : [`over ${of} partitions ${events} events are known and ${keys} keys`],
    )
    if (usual.partitions * limits.BATCH_PARTITION_EVENTS < size.events)
      failures.push(`${usual.partitions} partitions for ${size.events} events`)
    if (!small && one.peakMb / usual.peakMb < SAVED_MIN)
      failures.push(`${usual.peakMb.toFixed(0)} MB over ${usual.partitions} partitions, and ${one.peakMb.toFixed(0)} MB over one`)
    return {
      figure: {
        bench: 'batch-run',
        unit: 'MB',
        spillway: usual.peakMb,
        peer: null,
        ratio: null,
        rounds: 1,
        settings: { job: '12 features of cards over up to 30 days, of strings, decimals and texts', ...size, threads: 1, small },
        ...Object.fromEntries(took.map(({ partitions: of, ...rest }) => [`over ${of}`, rest])),
      },
      failures,
    }
  })
}

function runOver(path: string, count: number): BatchRunTook {
  const file = join(import.meta.dirname, 'live/batch-run-process.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [...process.execArgv, file, path, String(count)], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`a batch run over ${count} partitions ended with ${status}: ${stderr}`)
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as BatchRunTook
}

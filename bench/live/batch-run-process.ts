/**
 * One batch run over a log, `batch-run-process.ts LOG PARTITIONS`; prints its cost as one line of JSON. Its parts are released, as if they
 * were on disk.
 */
import { readFileSync } from 'node:fs'
import { stopwatch } from '../../src/base/clock.ts'
import { totalsOf } from '../../src/batch/ledger.ts'
import type { ResultPart } from '../../src/batch/job.ts'
import { computeInThreads } from '../../src/batch/threads.ts'
import { jobOver } from './batch-pipeline.ts'

export interface BatchRunTook {
  readonly partitions: number
  readonly seconds: number
  readonly cpuSeconds: number
  /** Of the whole process. */
  readonly peakMb: number
  readonly keys: number
  readonly events: number
  readonly hash: string
}

const KB_IN_MB = 1024
const [path, partitions] = process.argv.slice(2)
const parts: ResultPart[] = []
const start = stopwatch()
const before = process.cpuUsage()
await computeInThreads(path, { threads: 1 })(
  { ...jobOver(path), ...(Number(partitions) > 0 && { partitions: Number(partitions) }) },
  {
    begin: () => new Set<number>(),
    write: () => Promise.resolve(),
    endPart: part => Promise.resolve(void parts.push(part)),
  },
  new AbortController().signal,
)
const { user, system } = process.cpuUsage(before)
const { known: events, keys, hash } = totalsOf(parts.toSorted((a, b) => a.partition - b.partition))
const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / KB_IN_MB
const took: BatchRunTook = {
  partitions: parts.length,
  seconds: (stopwatch() - start) / 1000,
  cpuSeconds: (user + system) / 1e6,
  peakMb: peak,
  keys,
  events,
  hash,
}
console.log(JSON.stringify(took))

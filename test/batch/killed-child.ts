/**
 * A process that makes batch runs with this many partitions in a data folder, `killed-child.ts FOLDER PARTITIONS NOW`, until it is killed
 * or asked to stop.
 */
import { join } from 'node:path'
import { pause } from '../../src/base/clock.ts'
import type { ResultSink } from '../../src/batch/job.ts'
import { computeInThreads } from '../../src/batch/threads.ts'
import { LiveRun } from '../../src/run/loop/live-run.ts'
import { crowd } from './crowd.ts'

/** A part takes long enough for a kill. */
const PART_MS = 50
const [folder, partitions, now] = process.argv.slice(2)
const compute = computeInThreads(join(folder, 'log.db'), { threads: 2 })
const running = await LiveRun.open(crowd, folder, {
  clock: () => Number(now),
  compute: (job, taker, signal) => {
    const slowly: ResultSink = {
      begin: count => taker.begin(count),
      write: (partition, stretch) => taker.write(partition, stretch),
      endPart: async part => {
        await pause(PART_MS)
        await taker.endPart(part)
      },
    }
    return compute({ partitions: Number(partitions), ...job }, slowly, signal)
  },
})
process.once('SIGTERM', () => void running.stop())
process.stderr.write('ready\n')

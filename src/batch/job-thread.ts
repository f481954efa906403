/** The worker thread of batch runs: opens a run, spills its rows by partition, and computes parts, one command at a time. */
import { parentPort } from 'node:worker_threads'
import { getHeapStatistics } from 'node:v8'
import { Strings } from '../columns/index.ts'
import { sendProgress, sendResult } from '../jobs/index.ts'
import { SqliteReader } from '../log/sqlite/index.ts'
import { computeFromLog, computeFromSpill, type PartitionComputation } from './compute.ts'
import { batchPlan, type BatchPlan } from './batch-input.ts'
import type { BatchJob, ResultPart } from './job.ts'
import { spillRows, type SpilledRows } from './spilled-rows.ts'

/** Commands to the thread. */
export type BatchCommand =
  | { readonly do: 'begin'; readonly path: string; readonly job: BatchJob }
  /** Of the run that it has begun. */
  | { readonly do: 'spill'; readonly to: string; readonly partitions: ReadonlySet<number> }
  /** Computes a part of the opened run directly from the log. */
  | { readonly do: 'part'; readonly partition: number }
  /** Computes a part from rows that any thread spilled. */
  | { readonly do: 'spilled part'; readonly job: BatchJob; readonly partition: number; readonly of: number; readonly spilled: SpilledRows }
  /** The last block was received. */
  | { readonly do: 'next' }

/** The results of commands. */
interface CommandResults {
  begin: { readonly partitions: number }
  spill: { readonly spilled: SpilledRows }
  part: { readonly part: ResultPart }
  'spilled part': { readonly part: ResultPart }
}

/** The result of a command, with the peak memory in bytes since the run began. */
export type BatchCommandResult<C extends keyof CommandResults> = CommandResults[C] & { readonly peakBytes: number }

interface OpenedRun {
  readonly reader: SqliteReader
  readonly job: BatchJob
  readonly plan: BatchPlan
}

const port = parentPort!
let opened: OpenedRun | undefined
let peakBytes = 0
let onNext: () => void = () => {}

port.on('message', (command: BatchCommand) => {
  if (command.do === 'next') return onNext()
  void sendResult(async () => {
    try {
      const result = await resultOf(command)
      sampleMemory()
      return { ...result, peakBytes }
    } catch (error) {
      closeRun()
      throw error
    }
  })
})

async function resultOf(command: Exclude<BatchCommand, { do: 'next' }>): Promise<CommandResults[keyof CommandResults]> {
  switch (command.do) {
    case 'begin': {
      peakBytes = 0
      opened = openRun(command.path, command.job)
      return { partitions: opened.plan.partitions }
    }
    case 'spill': {
      const { reader, job, plan } = opened!
      const spilled = spillRows(reader, job, plan, command.to, partition => command.partitions.has(partition), sampleMemory)
      closeRun()
      return { spilled }
    }
    case 'part': {
      const { reader, job, plan } = opened!
      const part = await sendBlocks(computeFromLog(reader, job, plan, command.partition))
      closeRun()
      return { part }
    }
    case 'spilled part': {
      const { job, partition, of, spilled } = command
      return { part: await sendBlocks(computeFromSpill(spilled, job, partition, of)) }
    }
  }
}

function openRun(path: string, job: BatchJob): OpenedRun {
  const reader = new SqliteReader(path)
  try {
    return { reader, job, plan: batchPlan(reader, job, new Strings()) }
  } catch (error) {
    reader.close()
    throw error
  }
}

/** Closes the log. */
function closeRun(): void {
  opened?.reader.close()
  opened = undefined
}

/** Samples memory at its peaks: this thread's heap and the arrays outside it. Cost: reading V8's counters. */
function sampleMemory(): void {
  const { used_heap_size: heap, external_memory: outside } = getHeapStatistics()
  peakBytes = Math.max(peakBytes, heap + outside)
}

/** Sends the blocks of a part, each after the previous was received. */
async function sendBlocks(computing: PartitionComputation): Promise<ResultPart> {
  for (;;) {
    const next = computing.next()
    if (next.done) return next.value
    const received = new Promise<void>(resolve => (onNext = resolve))
    sampleMemory()
    sendProgress<Uint8Array>(next.value.bytes, [next.value.bytes.buffer])
    await received
  }
}

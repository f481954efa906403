/** A thread of batch runs: begins a run, sets its rows aside by partition, and computes one part after the other, as it is told. */
import { parentPort } from 'node:worker_threads'
import { heldBytes } from '../base/memory.ts'
import { failed, type Failed } from '../base/thread-error.ts'
import { Strings } from '../columns/strings.ts'
import { SqliteReader } from '../log/sqlite/reader.ts'
import { compute, computeFrom, type Computing } from './compute.ts'
import { logOf, planOf, type Plan } from './events.ts'
import type { Job, Part } from './job.ts'
import { spill, spilledBlocks, type Spilled } from './spilled.ts'

export type ToThread =
  | { readonly do: 'begin'; readonly path: string; readonly job: Job }
  /** Of the run that it has begun. */
  | { readonly do: 'spill'; readonly to: string; readonly partitions: ReadonlySet<number> }
  /** Of the run that it has begun, from the log. */
  | { readonly do: 'part'; readonly partition: number }
  /** From what any thread has set aside. */
  | { readonly do: 'spilled part'; readonly job: Job; readonly partition: number; readonly of: number; readonly spilled: Spilled }
  /** The last stretch was taken. */
  | { readonly do: 'next' }

type Said =
  | { readonly kind: 'begun'; readonly partitions: number }
  | { readonly kind: 'spilled'; readonly spilled: Spilled }
  | { readonly kind: 'stretch'; readonly stretch: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'ended'; readonly part: Part }
  | Failed

/** With the bytes that it has held at most since a run began. */
export type FromThread = Said & { readonly held: number }

interface Begun {
  readonly reader: SqliteReader
  readonly job: Job
  readonly plan: Plan
}

const port = parentPort!
let begun: Begun | undefined
let held = 0
let onNext: () => void = () => {}

function say(message: Said, transfer: ArrayBuffer[] = []): void {
  look()
  port.postMessage({ ...message, held }, transfer)
}

port.on('message', (order: ToThread) => {
  if (order.do === 'next') return onNext()
  work(order).catch((error: unknown) => {
    end()
    say(failed(error))
  })
})

async function work(order: Exclude<ToThread, { do: 'next' }>): Promise<void> {
  switch (order.do) {
    case 'begin': {
      held = 0
      begun = begin(order.path, order.job)
      return say({ kind: 'begun', partitions: begun.plan.partitions })
    }
    case 'spill': {
      const { reader, job, plan } = begun!
      const spilled = spill(reader, job, plan, order.to, partition => order.partitions.has(partition), look)
      end()
      return say({ kind: 'spilled', spilled })
    }
    case 'part': {
      const { reader, job, plan } = begun!
      const part = await give(computeFrom(reader, job, plan, order.partition))
      end()
      return say({ kind: 'ended', part })
    }
    case 'spilled part': {
      const { job, partition, of, spilled } = order
      const strings = new Strings()
      const blocks = spilledBlocks(spilled, partition, job, strings)
      const part = await give(compute(blocks, strings, job, { partition, of, forgotten: spilled.forgotten }))
      return say({ kind: 'ended', part })
    }
  }
}

function begin(path: string, job: Job): Begun {
  const reader = new SqliteReader(path)
  try {
    return { reader, job, plan: planOf(logOf(reader, job, new Strings()), job) }
  } catch (error) {
    reader.close()
    throw error
  }
}

/** Lets the log go. */
function end(): void {
  begun?.reader.close()
  begun = undefined
}

/** A look at the counters now and then: this is when the most is held. */
const look = (): void => void (held = Math.max(held, heldBytes()))

/** Gives the stretches of a part, each when the last one was taken. */
async function give(computing: Computing): Promise<Part> {
  for (;;) {
    const next = computing.next()
    if (next.done) return next.value
    const taken = new Promise<void>(resolve => (onNext = resolve))
    say({ kind: 'stretch', stretch: next.value }, [next.value.buffer])
    await taken
  }
}

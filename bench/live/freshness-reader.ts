/** The reader process of `bench freshness`: polls the probe's features, and records when it first saw each batch in them. */
import { pauseBlocking } from '../../src/base/clock.ts'
import { latencyOf, type Latency } from '../statistics.ts'
import { answerAsks } from './child.ts'
import { PROBED, type ProbeFeatures } from './freshness-pipeline.ts'
import { sharedClock } from './shared-clock.ts'
import { getOf, Wire } from './wire.ts'

/** Least time between two requests: the next is sent when it has passed and the last was answered. */
export const POLL_MS_MIN = 0.2

export type ReadAsk =
  | { readonly kind: 'start'; readonly port: number; readonly first: number }
  | { readonly kind: 'stop'; readonly upto: number }

export interface BatchTimes {
  /** By batch from `first` to `upto`: ms of the shared clock at the first answer with the batch. */
  readonly firstVisible: readonly number[]
  /** Number of batches in the features at the end. */
  readonly count: number
  /** Between two requests. */
  readonly pollMs: Latency
}

let reading: { readonly stop: (upto: number) => void; readonly done: Promise<BatchTimes> } | undefined

async function read(ask: ReadAsk): Promise<BatchTimes | undefined> {
  if (ask.kind === 'start') {
    const wire = await Wire.open(ask.port)
    let last: number | undefined
    const done = poll(wire, ask.first, () => last)
    reading = { stop: upto => (last = upto), done }
    return undefined
  }
  reading!.stop(ask.upto)
  return reading!.done
}

/** Polls until a batch is declared the last, and seen. */
async function poll(wire: Wire, first: number, last: () => number | undefined): Promise<BatchTimes> {
  const request = getOf(PROBED)
  const firstVisible: number[] = []
  const gaps: number[] = []
  let next = 0
  const isOver = (): boolean => !process.connected || (last() !== undefined && next > last()! - first)
  for (let requestedAt = sharedClock(); ;) {
    const { features } = (await wire.json(request)) as ProbeFeatures
    const came = sharedClock()
    for (const batch of features.newest ?? []) if (batch >= first) firstVisible[batch - first] ??= came
    // Includes batches that newer ones have pushed out of the list between two polls.
    const oldest = Math.min(...(features.newest ?? [Infinity])) - first
    for (; next < firstVisible.length && (firstVisible[next] !== undefined || next < oldest); next++) firstVisible[next] ??= came
    if (isOver()) {
      wire.close()
      return { firstVisible, count: features.n, pollMs: latencyOf(gaps) }
    }
    // Nothing else is to be done meanwhile, and a busy loop would take a processor from the measured process.
    const left = POLL_MS_MIN - (sharedClock() - requestedAt)
    if (left > 0) pauseBlocking(left)
    const now = sharedClock()
    gaps.push(now - requestedAt)
    requestedAt = now
  }
}

answerAsks(read)

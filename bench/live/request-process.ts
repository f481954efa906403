/**
 * The client process of `bench serve`: sends the next request of a connection as soon as the last was answered, and records each latency.
 *
 * This closed loop resembles a service that requests features for a number of its own requests at once.
 */
import { stopwatch } from '../../src/base/clock.ts'
import { latencyOf, type Latency } from '../statistics.ts'
import { answerAsks } from './child.ts'
import { Wire } from './wire.ts'

export interface RequestLoad {
  readonly port: number
  readonly connections: number
  /** Whole requests, sent in turn. */
  readonly requests: readonly string[]
  readonly warmMs: number
  readonly ms: number
}

export interface RequestFigures {
  readonly requests: number
  readonly requestsPerSecond: number
  readonly latencyMs: Latency
}

async function askAll({ port, connections, requests, warmMs, ms }: RequestLoad): Promise<RequestFigures> {
  const all = requests.map(request => Buffer.from(request))
  const latencies: number[] = []
  let next = 0
  const begin = stopwatch() + warmMs
  const end = begin + ms
  const askOn = async (): Promise<void> => {
    const wire = await Wire.open(port)
    for (let startedAt = stopwatch(); startedAt < end;) {
      const { status, body } = await wire.ask(all[next++ % all.length])
      const came = stopwatch()
      if (status !== 200) throw new Error(`status ${status}: ${body.toString('utf8', 0, 500)}`)
      if (startedAt >= begin && came <= end) latencies.push(came - startedAt)
      startedAt = came
    }
    wire.close()
  }
  await Promise.all(Array.from({ length: connections }, askOn))
  return { requests: latencies.length, requestsPerSecond: latencies.length / (ms / 1000), latencyMs: latencyOf(latencies) }
}

answerAsks(askAll)

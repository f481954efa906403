/**
 * The sender process of `bench freshness`: arrays of readings over HTTP, each due at its own time whether or not earlier ones were
 * acknowledged, on as many kept connections as are in use at once.
 */
import { pause, wallClock } from '../../src/base/clock.ts'
import { answerAsks } from './child.ts'
import { batchOfReadings } from './freshness-pipeline.ts'
import { sharedClock } from './shared-clock.ts'
import { postOf, Wire } from './wire.ts'

export interface FreshnessLoad {
  readonly port: number
  readonly everyMs: number
  /** Readings of a batch. */
  readonly size: number
  /** Numbers of the batches. */
  readonly first: number
  readonly batches: number
}

/** By batch, ms of the shared clock. */
export interface FreshnessSendResult {
  readonly due: readonly number[]
  /** Time of its answer. */
  readonly acknowledged: readonly number[]
  readonly accepted: number
  readonly connections: number
}

/** Used in turn, so that none is idle until the server closes it. */
const free: Wire[] = []
let connections = 0

async function sendAll({ port, everyMs, size, first, batches }: FreshnessLoad): Promise<FreshnessSendResult> {
  const due: number[] = []
  const acknowledged: number[] = []
  const failed: unknown[] = []
  let accepted = 0
  const send = async (i: number): Promise<void> => {
    const request = postOf('/sources/readings/events', JSON.stringify(batchOfReadings(first + i, size, wallClock())))
    try {
      const wire = free.shift() ?? (await openWire(port))
      const answer = (await wire.json(request)) as { readonly accepted: number }
      acknowledged[i] = sharedClock()
      accepted += answer.accepted
      free.push(wire)
    } catch (error) {
      failed.push(error)
    }
  }
  const begin = sharedClock()
  const sending: Promise<void>[] = []
  for (let i = 0; i < batches && failed.length === 0; i++) {
    due[i] = begin + (i + 1) * everyMs
    await pause(Math.max(0, due[i] - sharedClock()))
    sending.push(send(i))
  }
  await Promise.all(sending)
  if (failed.length > 0) throw failed[0]
  return { due, acknowledged, accepted, connections }
}

function openWire(port: number): Promise<Wire> {
  connections++
  return Wire.open(port)
}

process.once('disconnect', () => {
  for (const wire of free) wire.close()
})
answerAsks(sendAll)

/** A gate of `bench kafka`, in a separate process. Argument: the broker. */
import { stopwatch, wallClock } from '../../src/base/clock.ts'
import { letHeapGrow } from '../../src/cli/command/heap.ts'
import { TopicGate } from '../../src/gate/gate.ts'
import { rawTopicOf } from '../../src/sources/kafka/raw-topic.ts'
import { alarms } from './alarm-pipeline.ts'
import { answerNamedRequests } from './bench-process.ts'
import { watchLoop } from './loop.ts'
import { pipelines } from './payments.ts'

/** A source, and its raw, checked and rejected topics. */
export interface GatedSource {
  readonly source: string
  readonly topics: readonly string[]
}

/** The whole of a raw topic. Seconds: processor time of all threads, and elapsed time. */
export interface GateRound {
  readonly accepted: number
  readonly cpu: number
  readonly wall: number
}

letHeapGrow()

function gateOf({ source: name, topics: [raw, checked, rejected] }: GatedSource, once: boolean): TopicGate {
  const source = [...alarms.ir.sources, ...pipelines.features.ir.sources].find(each => each.name === name)!
  const rawTopic = rawTopicOf(`kafka:${raw}`, { source, env: { KAFKA_BROKERS: process.argv[2] } })
  const onReport = (report: string): void => console.error(report)
  return new TopicGate({ source, map: undefined, raw: rawTopic, checked, rejected, clock: wallClock, onReport, once })
}

answerNamedRequests({
  whole: async (source: GatedSource): Promise<GateRound> => {
    const gate = gateOf(source, true)
    const [cpu, start] = [process.cpuUsage(), stopwatch()]
    await gate.run(new AbortController().signal)
    const { user, system } = process.cpuUsage(cpu)
    return { accepted: gate.counts.accepted, cpu: (user + system) / 1e6, wall: (stopwatch() - start) / 1000 }
  },
  /** The whole of a raw topic again: the most processor time of the main thread between two turns of its event loop, ms. */
  blockedMs: async (source: GatedSource): Promise<number> => {
    const loop = await watchLoop()
    await gateOf(source, true).run(new AbortController().signal)
    return (await loop.stop()).cpuMs
  },
  follow: (source: GatedSource): void => {
    gateOf(source, false)
      .run(new AbortController().signal)
      .catch((error: unknown) => {
        console.error(error)
        process.exit(1)
      })
  },
})

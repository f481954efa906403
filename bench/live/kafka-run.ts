/**
 * A run of `bench kafka`, in a separate process: reads a topic, and appends its decisions to another. Arguments: the broker, the two topics,
 * the data folder.
 */
import { openRecordDestinations } from '../../src/action/open-destinations.ts'
import { letHeapGrow } from '../../src/cli/command/heap.ts'
import { kafka } from '../../src/index.ts'
import { openDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { LiveRun } from '../../src/run/loop/live-run.ts'
import { openReaders } from '../../src/sources/open-readers.ts'
import { feedSource } from '../../src/sources/reader/source-feed.ts'
import { alarms } from './alarm-pipeline.ts'
import { answerNamedRequests } from './bench-process.ts'
import { DueTimes } from './due-times.ts'

const [broker, topic, decisionTopic, data] = process.argv.slice(2)
letHeapGrow()
const env = { KAFKA_BROKERS: broker }
const times = new DueTimes()
const { decisions: opened } = await openRecordDestinations({ decisions: kafka(decisionTopic, { brokers: broker }) }, env)
const { destination } = opened!
const running = await LiveRun.inFolder(await openDataFolder(data), alarms, {
  decisions: {
    ...opened!,
    destination: {
      concurrency: destination.concurrency,
      async deliver(delivery) {
        const outcome = await destination.deliver(delivery)
        if (outcome.kind === 'acknowledged') times.add(delivery.body)
        return outcome
      },
      close: () => destination.close?.(),
    },
  },
  onReport: report => times.reports.push(report),
})
const [{ reader }] = openReaders(alarms, [{ source: 'signals', input: `kafka:${topic}` }], { env, data })
const fail = (error: unknown): void => void times.reports.push(String(error))
feedSource(running.run, 'signals', reader, { follow: true, signal: new AbortController().signal, onWarning: fail }).catch(fail)

answerNamedRequests({ ready: () => true, until: (count: number) => times.until(count) })

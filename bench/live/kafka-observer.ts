/**
 * The reader of `bench kafka` beside a gate, in a separate process: when each record is visible in the raw topic, and in the checked one.
 * Arguments: the broker and the two topics.
 */
import { limits } from '../../src/base/limits.ts'
import { openKafkaDriver } from '../../src/kafka/open-driver.ts'
import { answerNamedRequests } from './bench-process.ts'
import { DueTimes } from './due-times.ts'
import { valuesOf } from './topic-values.ts'

/** Milliseconds from the due time of each record, in order, until it was seen. */
export interface TopicArrivals {
  readonly raw: Float64Array
  readonly checked: Float64Array
}

const [broker, ...topics] = process.argv.slice(2)
const seen = topics.map(() => new DueTimes())

async function watch(topic: string, times: DueTimes): Promise<void> {
  const driver = openKafkaDriver({ brokers: [broker], clientId: 'bench-observer' })
  const fetch = driver.fetch(topic, { isCommittedOnly: true, maxBytes: limits.KAFKA_FETCHED_BYTES })
  fetch.assign(0, { offset: 0, epoch: -1 })
  for (let fetched = await fetch.next(); fetched; fetched = await fetch.next())
    for (const value of valuesOf(fetched.records)) times.add(value)
}

for (const [i, topic] of topics.entries()) watch(topic, seen[i]).catch((error: unknown) => seen[i].reports.push(String(error)))

answerNamedRequests({
  ready: () => true,
  until: async (count: number): Promise<TopicArrivals> => {
    const [raw, checked] = await Promise.all(seen.map(times => times.until(count)))
    const reports = [...raw.reports, ...checked.reports]
    if (reports.length > 0) throw new Error(reports[0])
    return { raw: raw.ms, checked: checked.ms }
  },
})

/**
 * The baseline of `bench kafka`, in a separate process: copies each record of a topic to another, and keeps nothing. Arguments: the broker,
 * the two topics, a folder that it does not use, and the partitions of the first topic.
 */
import { openKafkaDriver } from '../../src/kafka/open-driver.ts'
import { limits } from '../../src/base/limits.ts'
import { answerNamedRequests } from './bench-process.ts'
import { DueTimes } from './due-times.ts'
import { valuesOf } from './topic-values.ts'

const [broker, from, to, , partitions] = process.argv.slice(2)
const times = new DueTimes()
const driver = openKafkaDriver({ brokers: [broker], clientId: 'bench-copy' })

async function copy(): Promise<void> {
  const fetch = driver.fetch(from, { isCommittedOnly: true, maxBytes: limits.KAFKA_FETCHED_BYTES })
  for (let partition = 0; partition < Number(partitions); partition++) fetch.assign(partition, { offset: 0, epoch: -1 })
  for (let fetched = await fetch.next(); fetched; fetched = await fetch.next()) {
    const values = valuesOf(fetched.records)
    const send = async (): Promise<void> => {
      await driver.send(
        to,
        values.map(value => ({ key: undefined, value, headers: {} })),
      )
      for (const value of values) times.add(value)
    }
    // The next batch does not wait for the acknowledgement of this one.
    send().catch((error: unknown) => times.reports.push(String(error)))
  }
}

copy().catch((error: unknown) => times.reports.push(String(error)))
answerNamedRequests({ ready: () => true, until: (count: number) => times.until(count) })

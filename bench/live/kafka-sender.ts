/** The sender of `bench kafka`, in a separate process: appends readings to a topic when they are due. Argument: the broker. */
import { wallClock } from '../../src/base/clock.ts'
import { openKafkaDriver } from '../../src/kafka/open-driver.ts'
import { KEYS, signalText } from './alarm-pipeline.ts'
import { answerNamedRequests } from './bench-process.ts'
import { sendPaced, type PacedTimes } from './pacing.ts'

export interface TopicLoad {
  readonly topic: string
  readonly eventsPerSecond: number
  /** Between two requests. */
  readonly everyMs: number
  readonly seconds: number
  /** The number of the first reading. */
  readonly first: number
}

export interface TopicSendResult extends PacedTimes {
  readonly records: number
  readonly failed: readonly string[]
}

const driver = openKafkaDriver({ brokers: [process.argv[2]], clientId: 'bench-sender' })

async function send({ topic, eventsPerSecond, everyMs, seconds, first }: TopicLoad): Promise<TopicSendResult> {
  const failed: string[] = []
  let records = 0
  const times = await sendPaced(Math.floor((seconds * 1000) / everyMs), everyMs, async (number, due) => {
    const upto = Math.floor(((number + 1) * everyMs * eventsPerSecond) / 1000)
    const batch = Array.from({ length: upto - records }, (_, i) => {
      const reading = first + records + i
      return { key: `d${(reading * 7919) % KEYS}`, value: signalText(reading, 0, due, wallClock()), headers: {} }
    })
    records = upto
    try {
      await driver.send(topic, batch)
    } catch (error) {
      failed.push(String(error))
    }
  })
  return { records, ...times, failed }
}

answerNamedRequests({ send })

/**
 * Makes topics, sends records to one and reads the declines of another, for a first try. The brokers are those of KAFKA_BROKERS.
 *
 *     node examples/fraud/kafka/topics.ts create payments declines
 */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Admin, Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka'
import { command } from '../../command.ts'

const usage = `usage: node topics.ts create TOPIC…
       node topics.ts send TOPIC FILE   each line of the file, with its card as the key
       node topics.ts read TOPIC N      the first N effects of a topic, waiting for them`

const PARTITIONS = 3

interface TopicRequest {
  readonly task: 'create' | 'send' | 'read'
  readonly topics: readonly string[]
  /** A file, or a number of records. */
  readonly last: string
}

function requestOf([task, ...rest]: readonly string[]): TopicRequest {
  if (task !== 'create' && task !== 'send' && task !== 'read') throw new Error(`there is no task '${task ?? ''}'`)
  if (rest.length === 0 || (task !== 'create' && rest.length !== 2)) throw new Error(`${task} needs more arguments`)
  return { task, topics: rest, last: rest.at(-1)! }
}

async function act({ task, topics, last }: TopicRequest): Promise<number> {
  const brokers = process.env['KAFKA_BROKERS'] ?? ''
  if (brokers === '') throw new Error('KAFKA_BROKERS is not set: set it to host:port,host:port')
  const settings = { clientId: 'fraud-example', bootstrapBrokers: brokers.split(',') }
  if (task === 'create') await create(settings, topics)
  else if (task === 'send') await send(settings, topics[0], last)
  else await read(settings, topics[0], Number(last))
  return 0
}

interface Settings {
  readonly clientId: string
  readonly bootstrapBrokers: string[]
}

async function create(settings: Settings, topics: readonly string[]): Promise<void> {
  const admin = new Admin(settings)
  try {
    const existing = new Set(await admin.listTopics({ includeInternals: false }))
    const absent = topics.filter(topic => !existing.has(topic))
    if (absent.length > 0) await admin.createTopics({ topics: absent, partitions: PARTITIONS, replicas: 1 })
    console.log(`${topics.join(', ')}: ${PARTITIONS} partitions each`)
  } finally {
    await admin.close()
  }
}

async function send(settings: Settings, topic: string, file: string): Promise<void> {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  const messages = lines.map(value => ({ topic, key: (JSON.parse(value) as { readonly card: string }).card, value }))
  const producer = new Producer({ ...settings, serializers: stringSerializers })
  try {
    await producer.send({ messages, acks: -1 })
    console.log(`${messages.length} records sent to ${topic}`)
  } finally {
    await producer.close()
  }
}

async function read(settings: Settings, topic: string, count: number): Promise<void> {
  const consumer = new Consumer({ ...settings, groupId: `fraud-example-${randomUUID()}`, deserializers: stringDeserializers })
  const messages = await consumer.consume({ topics: [topic], mode: 'earliest' })
  let remaining = count
  try {
    for await (const { key, value } of messages) {
      const { action, score } = JSON.parse(value) as { readonly action: string; readonly score: number }
      console.log(`${action} ${key}: score ${score.toFixed(2)}`)
      if (--remaining <= 0) break
    }
  } finally {
    await messages.close()
    await consumer.close()
  }
}

await command(usage, requestOf, act)

/** `spillway init --from-topic` over real brokers: its project passes its test and type check, replays the topic, and runs over it. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Project } from '../cli/project.ts'
import { avroBytes } from '../kafka-formats/avro-bytes.ts'
import { zigzagVarint } from './varint.ts'
import { registerSchema } from '../kafka-formats/registered-schema.ts'
import { framedValue } from '../kafka-formats/test-registry.ts'
import { brokers, BrokerTopics } from './brokers.ts'

const RECORDS = 400

/** A payment, with its amount in cents. */
const paymentOf = (i: number) => ({ id: `p${i}`, card: `c${i % 7}`, cents: (i % 9) * 100 + 50, at: 1_767_600_000_000 + i * 60_000 })

function jsonPayment(i: number): string {
  const { id, card, cents, at } = paymentOf(i)
  return JSON.stringify({ id, card, amount: cents / 100, at })
}

const avroSchema = {
  type: 'record',
  name: 'Payment',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'card', type: 'string' },
    { name: 'amount', type: { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 3 } },
    // Its name does not say that it is a time.
    { name: 'booked', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'note', type: ['null', 'string'] },
  ],
}

/** A payment in the order of the schema's fields. Every other one has a note. */
function avroPayment(schemaId: number, i: number): Buffer {
  const { id, card, cents, at } = paymentOf(i)
  const amount = Buffer.alloc(4)
  amount.writeInt32BE(cents * 10)
  const note = i % 2 === 0 ? [zigzagVarint(0)] : [zigzagVarint(1), avroBytes('by phone')]
  return framedValue(schemaId, Buffer.concat([avroBytes(id), avroBytes(card), avroBytes(amount), zigzagVarint(at), ...note]))
}

/** A project that replays, runs over and reconciles a topic of payments. */
async function checkProject(project: Project, address: string, env: Readonly<Record<string, string>>): Promise<void> {
  const bin = [project.bin]
  const created = await project.node([...bin, 'init', 'shop', '--from-topic', address, '--json'], { env })
  assert.equal(created.status, 0, created.stderr)
  const { files, events, source } = JSON.parse(created.stdout) as {
    readonly files: string[]
    readonly events: string
    readonly source: string
  }
  assert.equal(events, address)
  assert.ok(files.includes('pipeline.ts') && files.includes('spillway.config.ts'))
  const manifest = JSON.parse(project.read('shop/package.json')) as { readonly dependencies: Readonly<Record<string, string>> }
  assert.ok('@platformatic/kafka' in manifest.dependencies)
  const options = { cwd: 'shop', env }
  const tested = await project.node(['--test', 'pipeline.test.ts'], options)
  assert.equal(tested.status, 0, tested.stdout)
  const replayed = await project.node([...bin, 'replay', '--json'], options)
  assert.equal(replayed.status, 0, replayed.stderr)
  assert.match(replayed.stdout, new RegExp(`"events":${RECORDS}\\b`))
  const ran = await project.node([...bin, 'run', '--once', '--json'], options)
  assert.equal(ran.status, 0, ran.stderr)
  assert.equal((JSON.parse(ran.stdout) as { accepted: number }).accepted, RECORDS)
  const compared = await project.node([...bin, 'reconcile', '--source', source, '--json'], options)
  assert.equal(compared.status, 0, compared.stderr)
  assert.equal((JSON.parse(compared.stdout) as { recorded: number }).recorded, RECORDS)
}

for (const [version, address] of brokers) {
  const topics = new BrokerTopics(address)
  after(() => topics.close())

  async function fill(topic: string, paymentAt: (i: number) => string | Buffer): Promise<void> {
    for (const partition of [0, 1]) {
      const own = Array.from({ length: RECORDS / 2 }, (_, i) => paymentAt(2 * i + partition))
      await topics.append(topic, partition, own, 'gzip')
    }
  }

  test(`Kafka ${version}: init --from-topic makes a project that replays and runs over the topic`, { timeout: 240_000 }, async () => {
    const topic = await topics.create(2)
    await fill(topic, jsonPayment)
    using project = new Project()
    await checkProject(project, `kafka:${topic}`, { KAFKA_BROKERS: address })
  })

  test(
    `Kafka ${version}: init --from-topic has the types of the schema that a registry has for the topic`,
    { timeout: 240_000 },
    async () => {
      const registry = process.env['KAFKA_TEST_REGISTRY']
      assert.ok(registry !== undefined)
      const topic = await topics.create(2)
      const schemaId = await registerSchema(registry, `${topic}-value`, { schema: JSON.stringify(avroSchema) })
      await fill(topic, i => avroPayment(schemaId, i))
      using project = new Project()
      await checkProject(project, `kafka:${topic}?value=avro`, { KAFKA_BROKERS: address, SCHEMA_REGISTRY: registry })
      const pipeline = project.read('shop/pipeline.ts')
      for (const column of [/amount: t\.decimal\(3\),/, /booked: t\.timestamp\(\),/, /note: t\..*\.nullable\(\),/, /time: 'booked',/])
        assert.match(pipeline, column)
    },
  )
}

/** `spillway init --from-topic` over real brokers: its project passes its test and type check, replays the topic, and runs over it. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Project } from '../cli/project.ts'
import { brokers, BrokerTopics } from './brokers.ts'

const RECORDS = 400
const payment = (i: number): string =>
  JSON.stringify({ id: `p${i}`, card: `c${i % 7}`, amount: (i % 9) + 0.5, at: 1_767_600_000_000 + i * 60_000 })

for (const [version, address] of brokers) {
  const topics = new BrokerTopics(address)
  after(() => topics.close())

  test(`Kafka ${version}: init --from-topic makes a project that replays and runs over the topic`, { timeout: 240_000 }, async () => {
    const topic = await topics.create(2)
    for (const partition of [0, 1]) {
      const own = Array.from({ length: RECORDS / 2 }, (_, i) => payment(2 * i + partition))
      await topics.append(topic, partition, own, 'gzip')
    }
    using project = new Project()
    const env = { KAFKA_BROKERS: address }
    const bin = [project.bin]
    const created = await project.node([...bin, 'init', 'shop', '--from-topic', `kafka:${topic}`, '--json'], { env })
    assert.equal(created.status, 0, created.stderr)
    const { files, events, source } = JSON.parse(created.stdout) as {
      readonly files: string[]
      readonly events: string
      readonly source: string
    }
    assert.equal(events, `kafka:${topic}`)
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
  })
}

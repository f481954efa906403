/** `spillway gate` on real brokers: killed at any moment, and replaced while it runs, each raw record is decided once. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { pause } from '../../src/base/clock.ts'
import { javaPartition, type KafkaDriver } from '../../src/kafka/index.ts'
import { openKafkaDriver } from '../../src/kafka/open-driver.ts'
import { headersOf } from '../../src/kafka/records/record-set.ts'
import { Child } from '../crash/child.ts'
import { Draw } from '../property/generate/draw.ts'
import { scratchFolder } from '../scratch.ts'
import { brokers, BrokerTopics } from './brokers.ts'

const LIVES = 12
/** Every so many lives a gate is not killed, but replaced while it runs. */
const REPLACED_EVERY = 4
const REPLACED = LIVES / REPLACED_EVERY
const PARTITIONS = 3
const RECORDS = 3000
const PATIENCE_MS = 120_000
const HTTP_LIVES = 5
const [EVENTS, EVENTS_AT_ONCE] = [600, 20]

const library = pathToFileURL(join(import.meta.dirname, '../../src/index.ts')).href
const pipeline = `import { count, entity, features, pipeline, source, stream, t } from '${library}'
const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.int(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
export default pipeline('shop', [features('recent', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })])
`

/** The values of a partition: events, duplicates, conflicts, and what is no event. */
function rawValues(draw: Draw): string[] {
  return Array.from({ length: RECORDS }, (_, i) => {
    if (draw.chance(0.02)) return 'no json'
    // One in ten is an id that was there before, with the same amount or another.
    const id = draw.chance(0.1) ? draw.between(0, i) : i
    return JSON.stringify({ id: String(id), card: `c${id % 50}`, amount: draw.chance(0.95) ? id % 7 : -1, at: 1_767_600_000_000 })
  })
}

/** The values that the checked topic must have, and the raw offsets of the rejected records. */
function expected(values: readonly string[], partition: number) {
  const known = new Map<string, string>()
  const checked: string[] = []
  let rejected = 0
  for (const value of values) {
    const row = value === 'no json' ? undefined : (JSON.parse(value) as { card: string; id: string })
    if (!row || javaPartition(Buffer.from(row.card), PARTITIONS) !== partition) {
      rejected++
      continue
    }
    const earlier = known.get(row.id)
    if (earlier === undefined) {
      known.set(row.id, value)
      checked.push(value)
    } else if (earlier !== value) rejected++
  }
  return { checked, rejected }
}

/** The committed values of a partition, and their raw offsets. */
async function readAll(driver: KafkaDriver, topic: string, partition: number) {
  const end = (await driver.offsets(topic, [partition], 'stable')).get(partition)!
  const fetch = driver.fetch(topic, { isCommittedOnly: true, maxBytes: 1 << 24 })
  fetch.assign(partition, { offset: 0, epoch: -1 })
  const [values, rawOffsets]: [string[], number[]] = [[], []]
  for (let next = 0; next < end;) {
    const { records, next: following } = (await fetch.next())!
    next = following
    for (let row = 0; row < records.count; row++) {
      values.push(records.bytes.toString('utf8', records.values[2 * row], records.values[2 * row + 1]))
      rawOffsets.push(
        Number(
          headersOf(records, row)
            .find(({ name }) => name === 'spillway-raw-offset')
            ?.value?.toString(),
        ),
      )
    }
  }
  await fetch.close()
  return { values, rawOffsets }
}

for (const [version, address] of brokers) {
  const topics = new BrokerTopics(address)
  const driver = openKafkaDriver({ brokers: [address], clientId: 'test' })
  after(() => Promise.all([topics.close(), driver.close()]))

  test(`Kafka ${version}: a gate that is killed ${LIVES - REPLACED} times, and replaced ${REPLACED} times while it runs, decides each raw record once`, async () => {
    const draw = new Draw(LIVES)
    const file = join(scratchFolder('gate'), 'shop.ts')
    writeFileSync(file, pipeline)
    process.env['KAFKA_BROKERS'] = address
    const [raw, checked, rejected] = [await topics.create(PARTITIONS), await topics.create(PARTITIONS), await topics.create(PARTITIONS)]
    const args = ['src/cli/bin.ts', 'gate', file, '--source', 'payments', '--raw', raw, '--checked', checked, '--rejected', rejected]
    const listening = [...args, '--listen', '127.0.0.1:0', '--data', scratchFolder('gate-tokens')]
    const values = Array.from({ length: PARTITIONS }, () => rawValues(draw))
    const writing = (async () => {
      for (let first = 0; first < RECORDS; first += 50) {
        for (const [partition, own] of values.entries()) await topics.append(raw, partition, own.slice(first, first + 50))
        await pause(100)
      }
    })()
    for (let life = 0; life < LIVES; life++) {
      const isReplaced = life % REPLACED_EVERY === REPLACED_EVERY - 1
      const gate = isReplaced
        ? new Child(listening, /listening at (http:\S+)/, PATIENCE_MS)
        : new Child(args, /gate of source/, PATIENCE_MS)
      const url = await gate.ready()
      // Otherwise it may open its writers after the next one, and fence that.
      if (isReplaced) while (!(await fetch(`${url}/readyz`)).ok) await pause(50)
      await pause(draw.between(0, 1500))
      if (isReplaced) {
        // The next one begins while this one goes on, which Kafka then fences.
        const next = new Child([...args, '--once'], /gate of source/, PATIENCE_MS)
        assert.equal(await next.exit(), undefined)
        await topics.append(raw, 0, ['no json'])
        const output = await gate.exit()
        assert.match(output ?? 'it went on', /SPILL_FENCED/)
      } else assert.equal(await gate.kill(), undefined)
    }
    await writing
    assert.equal(await new Child([...args, '--once'], /gate of source/, PATIENCE_MS).exit(), undefined)
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const raws = await readAll(driver, raw, partition)
      const own = expected(raws.values, partition)
      const found = await readAll(driver, checked, partition)
      assert.deepEqual(found.values, own.checked)
      assert.deepEqual(
        found.rawOffsets,
        found.rawOffsets.toSorted((a, b) => a - b),
      )
      assert.equal((await readAll(driver, rejected, partition)).values.length, own.rejected)
    }
  })
  test(`Kafka ${version}: events over HTTP to a gate that is killed ${HTTP_LIVES} times are there once`, async context => {
    const draw = new Draw(HTTP_LIVES)
    const folder = scratchFolder('gate-http')
    const file = join(folder, 'shop.ts')
    writeFileSync(file, pipeline)
    process.env['KAFKA_BROKERS'] = address
    const [raw, checked, rejected] = [await topics.create(PARTITIONS), await topics.create(PARTITIONS), await topics.create(PARTITIONS)]
    const args = ['src/cli/bin.ts', 'gate', file, '--source', 'payments', '--raw', raw, '--checked', checked, '--rejected', rejected]
    const listening = [...args, '--listen', '127.0.0.1:0', '--data', join(folder, 'data')]
    const bodies = Array.from({ length: EVENTS / EVENTS_AT_ONCE }, (_, i) =>
      JSON.stringify(
        Array.from({ length: EVENTS_AT_ONCE }, (_each, j) => ({ id: `${i}-${j}`, card: `c${j}`, amount: 1, at: 1_767_600_000_000 })),
      ),
    )
    let [next, unknown, duplicates] = [0, 0, 0]
    for (let life = 0; next < bodies.length; life++) {
      const gate = new Child(listening, /listening at (http:\S+)/, PATIENCE_MS)
      const url = await gate.ready()
      const killed = new AbortController()
      const killing = life < HTTP_LIVES && pause(draw.between(500, 3000)).then(() => (killed.abort(), gate.kill()))
      while (next < bodies.length && !killed.signal.aborted) {
        const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: bodies[next] }
        const response = await fetch(`${url}/sources/payments/events`, init).catch(() => undefined)
        const counts = (await response?.json().catch(() => undefined)) as { accepted: number; duplicates: number } | undefined
        if (response?.status === 200 && counts) {
          assert.equal(counts.accepted + counts.duplicates, EVENTS_AT_ONCE)
          duplicates += counts.duplicates
          next++
        } else {
          unknown++
          await pause(20)
        }
      }
      assert.equal(await (killing || gate.terminate()), undefined)
    }
    const ids: string[] = []
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const { values } = await readAll(driver, checked, partition)
      for (const value of values) {
        const { id, card } = JSON.parse(value) as { id: string; card: string }
        assert.equal(javaPartition(Buffer.from(card), PARTITIONS), partition)
        ids.push(id)
      }
    }
    assert.equal(ids.length, EVENTS)
    assert.equal(new Set(ids).size, EVENTS)
    context.diagnostic(`${unknown} requests had no good answer, ${duplicates} events were duplicates when they were sent again`)
  })

  test(`Kafka ${version}: a gate writes less at once where a topic takes less, and rejects a record whose outcome it does not take`, async () => {
    const file = join(scratchFolder('gate-large'), 'shop.ts')
    writeFileSync(file, pipeline)
    process.env['KAFKA_BROKERS'] = address
    const [raw, checked, rejected] = [await topics.create(), await topics.create(), await topics.create(1, { batchBytes: 400_000 })]
    const sizes = [250_000, 250_000, 500_000, 600_000]
    for (const size of sizes) await topics.append(raw, 0, ['x'.repeat(size)])
    await topics.append(raw, 0, ['{"id":"1","card":"c1","amount":1,"at":1767600000000}'])
    const args = ['src/cli/bin.ts', 'gate', file, '--source', 'payments', '--raw', raw, '--checked', checked, '--rejected', rejected]
    const gate = new Child([...args, '--once'], /gate of source/, PATIENCE_MS)
    await gate.ready()
    assert.equal(await gate.exit(), undefined, gate.output)
    assert.deepEqual((await readAll(driver, checked, 0)).rawOffsets, [sizes.length])
    const { values, rawOffsets } = await readAll(driver, rejected, 0)
    assert.deepEqual(rawOffsets, [0, 1, 2, 3])
    assert.deepEqual(
      values.map(value => value.length),
      [250_000, 250_000, 1024, 1024],
    )
  })

  test(`Kafka ${version}: a gate whose raw topic is deleted and made again ends with SPILL_INPUT, stopped or running; new topics have all records`, async () => {
    const file = join(scratchFolder('gate-recreated'), 'shop.ts')
    writeFileSync(file, pipeline)
    process.env['KAFKA_BROKERS'] = address
    const [raw, checked, rejected] = [await topics.create(), await topics.create(), await topics.create()]
    const args = ['src/cli/bin.ts', 'gate', file, '--source', 'payments', '--raw', raw]
    const gateTo = (to: string, rejectedTo: string, ...options: string[]) =>
      new Child([...args, '--checked', to, '--rejected', rejectedTo, ...options], /gate of source/, PATIENCE_MS)
    const event = (id: number): string => JSON.stringify({ id: String(id), card: 'c1', amount: id, at: 1_767_600_000_000 })
    const recreated = (topic: string, offset: number) =>
      new RegExp(
        String.raw`kafka:${topic}#0 offset ${offset} is of the raw topic with id \S{22}, and topic '${raw}' has id \S{22}: it was deleted and made again`,
      )

    await topics.append(raw, 0, [1, 2, 3].map(event))
    assert.equal(await gateTo(checked, rejected, '--once').exit(), undefined)
    await topics.recreate(raw)
    // More records than before: its old offset is in the middle of them.
    await topics.append(raw, 0, [11, 12, 13, 14, 15].map(event))
    assert.match((await gateTo(checked, rejected, '--once').exit()) ?? 'it went on', recreated(checked, 2))
    assert.equal((await readAll(driver, checked, 0)).values.length, 3)

    const [nextChecked, nextRejected] = [await topics.create(), await topics.create()]
    const running = gateTo(nextChecked, nextRejected)
    while ((await readAll(driver, nextChecked, 0)).values.length < 5) await pause(100)
    await topics.recreate(raw)
    await topics.append(raw, 0, [21, 22, 23, 24, 25, 26, 27].map(event))
    assert.match((await running.exit()) ?? 'it went on', recreated(raw, 5))
    assert.deepEqual((await readAll(driver, nextChecked, 0)).values, [11, 12, 13, 14, 15].map(event))

    const [lastChecked, lastRejected] = [await topics.create(), await topics.create()]
    assert.equal(await gateTo(lastChecked, lastRejected, '--once').exit(), undefined)
    assert.deepEqual((await readAll(driver, lastChecked, 0)).values, [21, 22, 23, 24, 25, 26, 27].map(event))
  })
}

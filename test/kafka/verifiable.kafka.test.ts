/**
 * Kafka's own VerifiableProducer writes the raw topic of a gate and the topic of a run, both of which are killed meanwhile, and its VerifiableConsumer
 * reads the checked topic: nothing is lost or repeated in their own words.
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pause } from '../../src/base/clock.ts'
import { readDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { Child } from '../crash/child.ts'
import { diskOf } from '../crash/folder.ts'
import { decisionsOf } from '../crash/inspect.ts'
import { Draw } from '../property/generate/draw.ts'
import { scratchFolder } from '../scratch.ts'
import { brokers, BrokerTopics } from './brokers.ts'
import { consumedValues, produceNumbers } from './verifiable-programs.ts'

const [RECORDS, PER_SECOND] = [4000, 1000]
const KILLS = 3
const LIFE_MS = 800
const PATIENCE_MS = 180_000
/** A value that only the last record has. */
const LAST = -1
const PIPELINE = 'test/kafka/verifiable-pipeline.ts'

interface Writing {
  readonly begun: Promise<void>
  readonly written: Promise<unknown>
}

/** Starts a process, and kills it some times while records are written. Then it works to the end of the topic. */
async function killOften(args: readonly string[], ready: RegExp, draw: Draw, { begun, written }: Writing): Promise<void> {
  for (let kill = 0; kill < KILLS; kill++) {
    const child = new Child(args, ready, PATIENCE_MS)
    assert.ok(await child.ready())
    await begun
    await pause(draw.between(0, LIFE_MS))
    assert.equal(await child.kill(), undefined)
  }
  await written
  assert.equal(await new Child([...args, '--once'], ready, PATIENCE_MS).exit(), undefined)
}

function decidedNumbersIn(data: string): number[] {
  const reader = readDataFolder(data)
  try {
    return decisionsOf(diskOf(reader)).map(({ vector }) => (vector as { readonly n: number }).n)
  } finally {
    reader.close()
  }
}

for (const [version, address] of brokers) {
  const topics = new BrokerTopics(address)
  after(() => topics.close())

  test(`Kafka ${version}: VerifiableProducer and VerifiableConsumer say that a gate and a run lose and repeat nothing`, async () => {
    const folder = scratchFolder('verifiable')
    const settings = join(folder, 'consumer.properties')
    writeFileSync(settings, 'isolation.level=read_committed\n')
    process.env['KAFKA_BROKERS'] = address
    const [raw, checked, rejected] = [await topics.create(), await topics.create(), await topics.create()]
    const producing = produceNumbers(version, address, raw, { count: RECORDS, perSecond: PER_SECOND })
    const written = producing.sent.then(() => topics.append(raw, 0, [String(LAST)]))
    const gate = ['src/cli/bin.ts', 'gate', PIPELINE, '--source', 'numbers', '--raw', raw, '--checked', checked, '--rejected', rejected]
    await killOften(gate, /gate of source/, new Draw(1), { begun: producing.begun, written })
    const sent = [...(await producing.sent).map(Number), LAST]
    assert.equal(sent.length, RECORDS + 1)
    const values = await consumedValues(version, address, checked, { count: sent.length, settings })
    // The last record is the last that it reads, so nothing is there twice.
    assert.deepEqual(
      values.map(value => (JSON.parse(value) as { readonly n: number }).n),
      sent,
    )

    const direct = await topics.create()
    const sending = produceNumbers(version, address, direct, { count: RECORDS, perSecond: PER_SECOND })
    const data = join(folder, 'data')
    const run = ['src/cli/bin.ts', 'run', PIPELINE, '--source', `numbers=kafka:${direct}?group=g-${direct}`, '--data', data]
    await killOften(run, /starts a new log|continues at entry/, new Draw(2), { begun: sending.begun, written: sending.sent })
    assert.deepEqual(
      decidedNumbersIn(data).toSorted((a, b) => a - b),
      (await sending.sent).map(Number).toSorted((a, b) => a - b),
    )
  })
}

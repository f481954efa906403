/** The page about the fraud example over Kafka, followed as it is printed, on a broker of each version. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { faultsOf } from '../docs/session.ts'
import { brokers } from './brokers.ts'

const PAGE = 'docs/kafka-fraud.md'
const NEEDS_BROKER = ' skip=needs a broker'

for (const [version, address] of brokers)
  test(`Kafka ${version}: ${PAGE} does as it says`, { timeout: 300_000 }, () => {
    const text = readFileSync(join(import.meta.dirname, '../..', PAGE), 'utf8')
    assert.equal(text.split(NEEDS_BROKER).length, 4)
    process.env['KAFKA_BROKERS'] = address
    assert.equal(faultsOf(PAGE, text.replaceAll(NEEDS_BROKER, '')).join('\n'), '')
  })

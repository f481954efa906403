/** The proof itself at a small count, and with planted faults, each of which it finds. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertDetected } from '../../faults/detection.ts'
import { brokers } from '../brokers.ts'
import { holds, prove } from '../prove.ts'
import { kafkaFaults } from './planted-faults.ts'

const SEED = 1
/** Cases by version: the older broker makes no difference to most of them. */
const [CASES, CASES_OLDER] = [12, 4]
const CASES_OF_FAULT = 30
const SECONDS = 600

for (const version of brokers.keys())
  test(`Kafka ${version}: a gate and a run over a broker that fails decide each record once`, async context => {
    const cases = version.startsWith('4.') ? CASES : CASES_OLDER
    const result = await prove({ cases, seed: SEED, engines: [version] })
    assert.ok(holds(result), JSON.stringify(result))
    context.diagnostic(JSON.stringify(result.kinds))
  })

for (const [name, { finding, ...edit }] of Object.entries(kafkaFaults))
  test(`it is found that ${name}`, () =>
    assertDetected(['test/kafka/proof/check.ts', String(SEED), String(CASES_OF_FAULT)], edit, {
      finding,
      seconds: SECONDS,
    }))

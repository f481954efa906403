/** The proof at a small count. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brokers } from '../brokers.ts'
import { holds, prove } from '../prove.ts'

const SEED = 1
/** Cases by version: the older broker makes no difference to most of them. */
const [CASES, CASES_OLDER] = [12, 4]

for (const version of brokers.keys())
  test(`Kafka ${version}: a gate and a run over a broker that fails decide each record once`, async context => {
    const cases = version.startsWith('4.') ? CASES : CASES_OLDER
    const result = await prove({ cases, seed: SEED, engines: [version] })
    assert.ok(holds(result), JSON.stringify(result))
    context.diagnostic(JSON.stringify(result.kinds))
  })

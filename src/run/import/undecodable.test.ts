import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { paymentCount } from '../../../test/payment-count.ts'
import { scratchFolder } from '../../../test/scratch.ts'
import { pipeline } from '../../index.ts'
import { importHistories } from './import.ts'

test('an import counts the records that are no JSON, and reports its progress', async () => {
  const path = join(scratchFolder('undecodable'), 'payments.ndjson')
  writeFileSync(path, '{"card":"c","at":1767225600000}\nno record\n{"card":"c"\n')
  const store = new ModelStore(undefined, true)
  let undecodable = 0
  const progress: string[] = []
  await importHistories(pipeline('shop', [paymentCount]), {
    store,
    files: [{ source: 'payments', path }],
    onUndecodable: records => (undecodable += records),
    onProgress: step => progress.push(step),
  })
  assert.equal(undecodable, 2)
  assert.equal(store.decisions.length, 1)
  assert.ok(progress.includes(`reading ${path}`), progress.join())
})

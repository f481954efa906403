import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { scratchFolder } from '../../../test/scratch.ts'
import { count, entity, features, linear, model, on, pipeline, source, stream, t } from '../../index.ts'
import { importHistories } from './import.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const risk = model('risk', {
  decide: on(payments),
  inputs: p => ({ n: now.of(p.card).n }),
  score: linear({ intercept: 0, weights: { n: 1 } }),
})

test('an import counts the records that are no JSON, and reports its progress', async () => {
  const path = join(scratchFolder('undecodable'), 'payments.ndjson')
  writeFileSync(path, '{"card":"c","at":1767225600000}\nno record\n{"card":"c"\n')
  const store = new ModelStore(undefined, true)
  let undecodable = 0
  const progress: string[] = []
  await importHistories(pipeline('shop', [risk]), {
    store,
    files: [{ source: 'payments', path }],
    onUndecodable: records => (undecodable += records),
    onProgress: step => progress.push(step),
  })
  assert.equal(undecodable, 2)
  assert.equal(store.decisions.length, 1)
  assert.ok(progress.includes(`reading ${path}`), progress.join())
})

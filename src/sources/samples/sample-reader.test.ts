import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shop } from '../../../test/serve/shop.ts'
import { pause } from '../../base/clock.ts'
import { Run } from '../../run/loop/run.ts'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { feedSource } from '../reader/source-feed.ts'
import { sampleReader } from './sample-reader.ts'

const [hooks, payments] = shop.ir.sources.toSorted((a, b) => a.name.localeCompare(b.name))

/** Reads samples until there are `count` more events, or to the end. */
async function readSamples(
  store: ModelStore,
  { source = payments, follow = true, count = 3 } = {},
): Promise<{ run: Run; warnings: string[] }> {
  const run = new Run(shop, { store })
  const warnings: string[] = []
  const stop = new AbortController()
  const reading = feedSource(run, 'payments', sampleReader(source, 1), {
    follow,
    signal: stop.signal,
    onWarning: text => warnings.push(text),
  })
  const isRead = () => !follow || run.end >= count || warnings.length > 0
  while (!isRead()) await pause(1)
  stop.abort()
  await reading
  await run.stop()
  return { run, warnings }
}

const countIn = (run: Run): number => (JSON.parse(run.committedPosition('payments=samples:')!) as { count: number }).count

test('sample events continue after a restart, and begin anew for a changed source', async () => {
  const store = new ModelStore(undefined, true)
  const first = await readSamples(store)
  const count = countIn(first.run)
  assert.equal(first.run.counts.totals.accepted, count)
  const second = await readSamples(new ModelStore(store.disk, true), { follow: false })
  assert.deepEqual([countIn(second.run), second.run.counts.totals.accepted], [count + 1, 1])
  const changed = { ...payments, dedupe: 1 }
  assert.equal(countIn((await readSamples(new ModelStore(store.disk, true), { source: changed, follow: false })).run), 1)
})

test('a stored text that is no position is rejected', async () => {
  const store = new ModelStore({ commits: [{ put: [['cursor/payments=samples:', '{"count":"2"}']] }] }, true)
  await assert.rejects(readSamples(store, { follow: false }), { code: 'SPILL_DATA', message: /samples: .*is no position/ })
})

test('after a rejected event there are no more, and the reason is shown', async () => {
  const columns = payments.columns.map(column => (column.name === 'amount' ? { ...column, min: -200, max: -100 } : column))
  const { run, warnings } = await readSamples(new ModelStore(undefined, true), { source: { ...payments, columns }, count: Infinity })
  assert.equal(run.counts.totals.accepted, 0)
  assert.match(warnings.join(), /^ {2}no more sample events: one for 'payments' was rejected \(schema: /)
})

test('a source with a map has no sample events', () => {
  assert.throws(() => sampleReader(hooks, 1), { code: 'SPILL_INPUT', message: /^source 'hooks' has no sample events/ })
})

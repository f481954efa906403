import assert from 'node:assert/strict'
import { test } from 'node:test'
import { open } from '../../../test/serve/shop.ts'
import { AlertChanges } from '../../monitor/alerts/alert-changes.ts'

const partition = { partition: '0', verdict: 'WARN', lag: 12, age: { ms: 4000, basis: 'measured' }, catchUpMs: undefined } as const
const lags = [
  {
    source: 'payments',
    reader: 'kafka:payments',
    verdict: 'WARN',
    unit: 'records',
    records: 12,
    inTransaction: 5,
    partitions: [partition, { ...partition, partition: '1', lag: 0 }],
  },
  { source: 'hooks', reader: 'hooks.ndjson', verdict: undefined, unit: undefined, partitions: [], failure: 'the file is gone' },
] as const

const silentMonitor = {
  countResponse: () => {},
  subscribe: () => () => {},
  alerts: [],
  burnRates: [],
  summaryNow: () => '',
  receivers: [],
  changes: new AlertChanges(0),
}

test('the lag of each partition of a source is listed by its readers, and of no other source', async t => {
  const shop = await open({ monitor: { ...silentMonitor, lags } })
  t.after(() => shop.close())
  const readersOf = async (source: string) =>
    (await shop.app.inject({ url: `/sources/${source}/lag` })).json<{ readers: readonly unknown[] }>().readers
  const { catchUpMs: _, ...sent } = partition
  assert.deepEqual(await readersOf('payments'), [
    {
      reader: 'kafka:payments',
      verdict: 'WARN',
      unit: 'records',
      records: 12,
      inTransaction: 5,
      partitions: [sent, { ...sent, partition: '1', lag: 0 }],
    },
  ])
  assert.deepEqual(await readersOf('hooks'), [{ reader: 'hooks.ndjson', partitions: [], failure: 'the file is gone' }])
})

test('a run without measured readers has no lag, and an unknown source is named', async t => {
  const shop = await open()
  t.after(() => shop.close())
  assert.deepEqual((await shop.app.inject({ url: '/sources/payments/lag' })).json(), { readers: [] })
  const unknown = await shop.app.inject({ url: '/sources/payment/lag' })
  assert.deepEqual([unknown.statusCode, /did you mean 'payments'/.test(unknown.body)], [404, true])
})

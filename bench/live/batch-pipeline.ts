/** Twelve features of cards over up to 30 days, as of the end of a month, and a log of that month. */
import { random } from '../../src/base/random.ts'
import type { BatchJob } from '../../src/batch/job.ts'
import { Strings } from '../../src/columns/strings.ts'
import { batch, count, entity, features, pipeline, source, t } from '../../src/index.ts'
import { recordBatchOf } from '../../src/intake/record-batch.ts'
import { Log } from '../../src/log/log.ts'
import { openDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { SqliteReader } from '../../src/log/sqlite/reader.ts'
import { Run } from '../../src/run/loop/run.ts'

const START = Date.parse('2026-01-01T00:00Z')
const MONTH = 30 * 86_400_000
const SHOPS = 5000
const BLOCK = 10_000

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { card, amount: t.decimal(2), shop: t.string(), at: t.timestamp() },
  key: 'card',
  time: 'at',
})
const usual = features('usual', {
  from: payments,
  entity: card,
  place: batch(),
  values: ({ amount, shop }) => ({
    n1h: count('1h'),
    n1d: count('1d'),
    n30d: count('30d'),
    sum1h: amount.sum('1h'),
    sum1d: amount.sum('1d'),
    sum30d: amount.sum('30d'),
    mean: amount.mean('7d'),
    spread: amount.stddev('30d'),
    most: amount.max('30d'),
    least: amount.min('7d'),
    shop: shop.last('30d'),
    shops: shop.countDistinct('30d'),
  }),
})
const cards = pipeline('cards', [usual])

/** Payments of random cards, in order of time. Returns the log's file. */
export async function fillLog(folder: string, events: number, keys: number): Promise<string> {
  const data = await openDataFolder(folder)
  const run = new Run(cards, { store: data.store, clock: () => START + MONTH })
  const draw = random(7)
  const payment = (i: number) => ({
    card: `card-${Math.floor(draw() * keys)}`,
    amount: Math.floor(draw() * 100_000) / 100,
    shop: `shop ${Math.floor(draw() * SHOPS)}`,
    at: START + Math.floor((i / events) * MONTH),
  })
  for (let from = 0; from < events; from += BLOCK)
    await run.submit('payments', recordBatchOf(Array.from({ length: Math.min(BLOCK, events - from) }, (_, i) => payment(from + i))))
  await run.stop()
  data.release()
  return data.path
}

export function jobOver(path: string): BatchJob {
  const { ir } = cards
  const reader = new SqliteReader(path)
  const strings = new Strings()
  const { end: cut } = new Log(reader, { sources: ir.sources, stringsOf: () => strings })
  reader.close()
  return { group: ir.groups[0], source: ir.sources[0], sources: ir.sources, asOf: START + MONTH, cut }
}

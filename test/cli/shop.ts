/** A shop after a run: a pipeline with keys of every kind, some rejected records, and the data folder of the run. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { called } from './called.ts'

const library = pathToFileURL(join(import.meta.dirname, '../../src/index.ts')).href

const pipeline = `import { count, entity, features, lag, linear, model, on, pipeline, source, stream, t } from '${library}'
const card = entity('card', t.string())
const till = entity('till', t.int())
const sales = source('sales', {
  schema: { id: t.string(), card, till, price: t.decimal(2), abroad: t.bool(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const visits = source('visits', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const values = { n: count('lifetime') }
const byCard = features('by_card', { from: sales, entity: card, place: stream, values: s => ({ ...values, spent: s.price.sum('lifetime') }) })
const older = features('older', { from: sales, entity: card, place: lag('1h'), values: () => values })
const byPair = features('by_pair', { from: sales, entity: [card, till], place: stream, values: () => values })
const byTill = features('by_till', { from: sales, entity: till, place: stream, values: () => values })
const risk = model('risk', {
  decide: on(sales),
  inputs: s => ({
    card: byCard.of(s.card), older: older.of(s.card), pair: byPair.of(s.card, s.till), till: byTill.of(s.till).n, price: s.price,
  }),
  score: linear({ intercept: 0, weights: { 'card.n': 1 } }),
})
const seen = model('seen', {
  decide: on(visits),
  inputs: v => ({ n: byCard.of(v.card).n }),
  score: linear({ intercept: 1, weights: { n: 1 } }),
})
export default pipeline('shop', [risk, seen])
`

const sale = (id: number, card: string, till: number, price: string) =>
  JSON.stringify({ id: String(id), card, till, price, abroad: id % 2 === 0, at: '2026-01-01T00:00Z' })

export const sales = [
  sale(1, 'a', 1, '1.50'),
  sale(2, 'b', 1, 'much'),
  sale(3, 'a', 2, '2.50'),
  '{"id":"4","till":1}',
  'no json',
  sale(5, 'b', 2, '1.50'),
]

export class Shop {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'spillway-shop-'))
  readonly pipeline: string = this.write('pipeline.ts', pipeline)
  readonly data: string = join(this.folder, 'data')

  /** Runs once over records of the source `sales`, and over one visit. */
  static async ran(records: readonly (string | Uint8Array)[] = sales): Promise<Shop> {
    const shop = new Shop()
    const lines = records.map(record => Buffer.concat([Buffer.from(record), Buffer.from('\n')]))
    await shop.run(`sales=${shop.write('sales.ndjson', Buffer.concat(lines))}`)
    await shop.run(`visits=${shop.write('visits.ndjson', '{"card":"a","at":"2026-01-01T00:00Z"}\n')}`)
    return shop
  }

  async run(source: string): Promise<void> {
    const { status, err } = await called('run', this.pipeline, '--source', source, '--once', '--data', this.data)
    if (status !== 0) throw new Error(err)
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(join(this.folder, name), content)
    return join(this.folder, name)
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true })
  }
}

/** A run over tables of PostgreSQL, as in the pages about them in docs/guides/, whose statements are executed here. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { blocksOf } from '../docs/blocks.ts'
import { USER } from '../postgres/cluster.ts'
import { ownServer, skip } from '../postgres/server.ts'
import { called, calledJson } from './called.ts'
import { sales, Shop } from './shop.ts'

const server = ownServer({}, ({ host }) => {
  Object.assign(process.env, { PGHOST: host, PGUSER: USER, PGDATABASE: 'postgres', OTHER_URL: 'nonsense://secret' })
  delete process.env['DATABASE_URL']
})
const guide = ['postgres', 'postgres-changes']
  .map(page => readFileSync(join(import.meta.dirname, `../../docs/guides/${page}.md`), 'utf8'))
  .join('\n')
const statements = (file: string): string => blocksOf(guide).find(block => block.file === file)!.text

const run = (shop: Shop, source: string) => called('run', shop.pipeline, '--data', shop.data, '--once', '--json', '--source', source)

test('an outbox is read once, and what is rejected is a dead letter', { skip }, async () => {
  using shop = new Shop()
  await server().withClient(1, async sql => {
    await sql.unsafe(statements('outbox.sql'))
    await sql`INSERT INTO outbox (payload) SELECT payload::jsonb FROM unnest(${sales.filter(text => text.startsWith('{'))}::text[]) AS payload`
  })
  const first = await run(shop, 'sales=pg:outbox?payload=payload')
  assert.deepEqual(JSON.parse(first.out), { pipeline: 'shop', end: 3, accepted: 3, duplicates: 0, rejected: 2, decisions: 3 })
  const again = await run(shop, 'sales=pg:outbox?payload=payload')
  assert.deepEqual(JSON.parse(again.out), { pipeline: 'shop', end: 3, accepted: 0, duplicates: 0, rejected: 0, decisions: 0 })
  const letters = await calledJson<{ place: string }>('dlq', 'list', '--data', shop.data)
  assert.deepEqual(
    letters.map(({ place }) => place),
    ['outbox id 2', 'outbox id 4'],
  )
})

test('an outbox that was there before is read from its beginning', { skip }, async () => {
  using shop = new Shop()
  await server().withClient(1, async sql => {
    await sql.unsafe(statements('existing.sql'))
    await sql`INSERT INTO old_outbox (payload) VALUES (${sql.json(JSON.parse(sales[0]) as never)})`
  })
  const { out } = await run(shop, 'sales=pg:old_outbox?payload=payload')
  assert.equal((JSON.parse(out) as { accepted: number }).accepted, 2)
})

test('a table is copied and its changes are followed', { skip }, async () => {
  using shop = new Shop()
  const accepted = async (source: string) => (JSON.parse((await run(shop, source)).out) as { accepted: number }).accepted
  await server().withClient(1, async sql => {
    await sql.unsafe(statements('orders.sql'))
    await sql`INSERT INTO orders VALUES ('1', 'a', 1, 1.50, false, now())`
    assert.equal(await accepted('sales=pg-changes:orders'), 1)
    await sql`INSERT INTO orders VALUES ('2', 'a', 2, 2.50, true, now()), ('3', 'b', 2, 2.50, true, now())`
    assert.equal(await accepted('sales=pg-changes:orders'), 2)
    assert.equal(await accepted('sales=pg-changes:orders'), 0)
    await sql`SELECT pg_drop_replication_slot('spillway_sales')`
    const { status, err } = await run(shop, 'sales=pg-changes:orders')
    assert.equal(status, 1)
    assert.match(err, /^SPILL_SOURCE: the replication slot 'spillway_sales' is gone/)
    assert.equal(await accepted('sales=pg-changes:orders?slot=again'), 0, 'ids tell what was read before')
  })
})

test('mistakes are said before anything is read, and no secret with them', { skip }, async () => {
  using shop = new Shop()
  const mistake = async (source: string, message: RegExp) => {
    const { status, err } = await run(shop, source)
    assert.equal(status, 1)
    assert.match(err, message)
    assert.doesNotMatch(err, /secret/)
  }
  await mistake('sales=pg:outbox?paylod=a', /^SPILL_INPUT: pg:outbox\?paylod=a has no option 'paylod'; did you mean 'payload'\?/)
  await mistake('sales=pg:', /^SPILL_INPUT: pg: names no table/)
  await mistake('sales=pg:outbox?moved=yes', /it is true or false/)
  await mistake('sales=pg-changes:orders?payload=a', /has no option 'payload'/)
  await mistake('sales=pg-changes:orders?slot=Shop', /has slot=Shop; its name is of small letters/)
  await mistake('sale=pg:outbox', /has no source 'sale'; did you mean 'sales'/)
  await mistake('sales=pg:outbox?db=NOWHERE', /neither NOWHERE nor NOWHERE_FILE is set/)
  await mistake('sales=pg:outbox?db=OTHER_URL', /OTHER_URL is not an address/)
  await mistake('sales=pg:nowhere', /there is no table nowhere/)
  process.env['AWAY_URL'] = 'postgres://someone:secret@127.0.0.1:1/nothing'
  await mistake('sales=pg:outbox?db=AWAY_URL', /^SPILL_SOURCE: source 'sales': PostgreSQL cannot be reached: connect ECONNREFUSED/)
  const replayed = await called('replay', shop.pipeline, '--source', 'sales=pg:outbox')
  assert.equal(replayed.status, 2)
  assert.match(replayed.err, /a replay reads files/)
})

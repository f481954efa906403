/** Clients with clocks that are a day wrong, at every route: their events have a clear outcome, and other clients are not affected. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { posted } from '../../../test/serve/shop.ts'
import { count, entity, features, model, on, pipeline, rules, source, stream, t as types, timeSinceLast } from '../../index.ts'
import { openDataFolder, readDataFolder } from '../../log/sqlite/data-folder.ts'
import { deadLetterBatch } from '../../operate/control/dead-letter-replay.ts'
import type { RecordedDecision } from '../../run/decide/recorded-decision.ts'
import { Run } from '../../run/loop/run.ts'
import { serve } from '../server.ts'

const card = entity('card', types.string())
const payments = source('payments', {
  schema: { id: types.string(), card, amount: types.int(), at: types.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const now = features('now', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({ hour: count('1h'), days: count('2d'), last: p.amount.last('2d'), since: timeSinceLast('2d') }),
})
const seen = model('seen', {
  decide: on(payments),
  inputs: p => ({ now: now.of(p.card) }),
  score: v => rules([{ when: v.now.hour.gt(1), score: 1 }], 0),
})
const shop = pipeline('shop', [seen])

const start = Date.parse('2026-01-02T00:00Z')
const day = 86_400_000
const pay = (id: string, at: number, amount = 1, of = 'c') => ({ id, card: of, amount, at })
const events = '/sources/payments/events'
const secret = 'whsec_stripe'

const scratch = scratchFolder('clocks')

async function opened(t: TestContext) {
  const data = mkdtempSync(join(scratch, 'data-'))
  let folder = await openDataFolder(data)
  let wall = start
  let run = new Run(shop, { store: folder.store, clock: () => wall })
  const app = serve({ run, pipeline: shop, data, webhooks: { payments: { style: 'stripe', secret } }, clock: () => wall })
  await app.ready()
  const stop = async () => {
    await app.close()
    await run.stop()
    folder.release()
  }
  t.after(stop)
  return {
    app,
    run,
    letters: () => {
      const reader = readDataFolder(data)
      const letters = [...reader.deadLetters.dead()]
      reader.close()
      return letters
    },
    featuresOf: async (key: string) => (await app.inject({ url: `/features/now?key=${key}` })).json<{ features: unknown }>().features,
    decisions: async (key: string) =>
      (await app.inject({ url: `/decisions?key=${key}` })).json<{ decisions: RecordedDecision[] }>().decisions,
    /** A second process resumes with the folder, at a different time. */
    later: async (at: number) => {
      await stop()
      wall = at
      folder = await openDataFolder(data)
      run = new Run(shop, { store: folder.store, clock: () => wall })
      return run
    },
  }
}

/** Posts NDJSON. */
const lined = (app: Parameters<typeof posted>[0], ...records: unknown[]) =>
  posted(app, events, records.map(record => `${JSON.stringify(record)}\n`).join(''), { 'content-type': 'application/x-ndjson' })

test('a day ahead: rejected as future at every route and kept whole, and accepted once the clock is right', async t => {
  const { app, run, letters, featuresOf, later } = await opened(t)
  await posted(app, events, pay('right', start))
  const before = await featuresOf('c')
  const ahead = pay('ahead', start + day, 9)
  const alone = await posted(app, events, ahead)
  const { code, message, accepted } = alone.json<Record<string, unknown>>()
  assert.deepEqual([alone.statusCode, code, accepted], [422, 'SPILL_REJECTED', 0])
  assert.match(String(message), /^rejected as 'future': .*'at'/)
  const inline = await posted(app, '/sources/payments/decide', ahead)
  assert.deepEqual([inline.statusCode, inline.json<{ code: string }>().code], [422, 'SPILL_REJECTED'])
  const body = JSON.stringify(ahead)
  const signed = (at: number) =>
    posted(app, '/sources/payments/webhook', body, {
      'stripe-signature': `t=${at / 1000},v1=${createHmac('sha256', secret)
        .update(`${at / 1000}.${body}`)
        .digest('hex')}`,
    })
  assert.equal((await signed(start)).json<{ rejected: number }>().rejected, 1, 'the sender knows what time it is, and its event does not')
  assert.equal((await signed(start + day)).statusCode, 401)
  const among = [pay('a', start), ahead, pay('b', start)]
  for (const answer of [await posted(app, events, among), await lined(app, ...among)]) {
    const { rejected, errors, ...rest } = answer.json<{ rejected: number; errors: Record<string, unknown>[] } & Record<string, unknown>>()
    assert.deepEqual([answer.statusCode, rejected, Number(rest['accepted']) + Number(rest['duplicates'])], [200, 1, 2])
    assert.deepEqual([errors[0]['reason'], errors[0]['index'] ?? errors[0]['line']], ['future', 'index' in errors[0] ? 1 : 2])
  }
  assert.deepEqual(
    letters().map(({ reason, raw }) => [reason, raw]),
    Array.from({ length: 5 }, () => ['future', body]),
  )
  assert.deepEqual([run.end, before], [3, { hour: 1, days: 1, last: 1, since: 0 }])
  assert.deepEqual(await featuresOf('c'), { hour: 3, days: 3, last: 1, since: 0 }, 'nothing of it is in a window, and no clock has moved')
  const right = await posted(app, events, { ...ahead, at: start })
  assert.equal(right.json<{ accepted: number }>().accepted, 1, 'its id was not taken by what was rejected')
  const [first] = letters()
  const next = await later(start + day)
  const { accepted: again } = await next.submit('payments', deadLetterBatch(first), undefined, first.id)
  assert.equal(again, 1, 'a letter that is replayed when its time has come is an event')
})

test('a minute ahead is clock skew: its time becomes the arrival', async t => {
  const { app, letters, featuresOf } = await opened(t)
  const skewed = await posted(app, events, [pay('most', start + 60_000), pay('more', start + 60_001)])
  assert.deepEqual(skewed.json<{ errors: unknown[] }>().errors.length, 1)
  assert.deepEqual([letters().length, await featuresOf('c')], [1, { hour: 1, days: 1, last: 1, since: 0 }])
})

test('a day behind: an event of its own event time that arrives now, in the windows that reach it and in no others', async t => {
  const { app, run, letters, featuresOf, decisions } = await opened(t)
  await posted(app, events, pay('right', start))
  for (const [i, behind] of [day, day + 1].entries()) {
    const answer = await posted(app, events, pay(`behind${i}`, start - behind, 9))
    assert.deepEqual([answer.statusCode, answer.json<{ accepted: number }>().accepted], [200, 1], 'late is no reason to reject')
    const again = await posted(app, events, pay(`behind${i}`, start - behind, 9))
    assert.equal(again.json<{ duplicates: number }>().duplicates, 1, 'ids are known by when they arrived')
  }
  assert.deepEqual([run.end, letters()], [3, []])
  assert.deepEqual(await featuresOf('c'), { hour: 1, days: 3, last: 1, since: 0 }, 'the latest event is the one of the latest time')
  const decided = await decisions('c')
  assert.deepEqual(
    decided.map(({ t: at }) => at),
    [start, start, start],
    'decisions are at the arrival, whatever time an event claims',
  )
  await posted(app, events, pay('alone', start - day, 9, 'd'))
  assert.deepEqual(await featuresOf('d'), { hour: 0, days: 1, last: 9, since: day })
})

test('decisions on events of other clients are not affected by a wrong clock', async t => {
  const sent = async (of: Awaited<ReturnType<typeof opened>>, isAmongWrong: boolean) => {
    for (let i = 0; i < 6; i++) {
      const wrong = isAmongWrong ? [pay(`w${i}`, start + (i % 2 === 0 ? day : -day), 9, 'wrong')] : []
      const records = [...wrong, pay(`a${i}`, start - i * 1000, i, 'a'), ...wrong, pay(`b${i}`, start - i, i, 'b')]
      await (i < 3 ? posted(of.app, events, records) : lined(of.app, ...records))
    }
    const summaries = async (key: string) => (await of.decisions(key)).map(({ t: at, vector, score }) => ({ at, vector, score }))
    return { a: [await of.featuresOf('a'), await summaries('a')], b: [await of.featuresOf('b'), await summaries('b')] }
  }
  const [among, without] = [await opened(t), await opened(t)]
  assert.deepEqual(await sent(among, true), await sent(without, false))
  assert.deepEqual([among.run.end - without.run.end, among.letters().length], [3, 6])
})

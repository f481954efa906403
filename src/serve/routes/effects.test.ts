import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { caller } from '../../../test/serve/caller.ts'
import { posted } from '../../../test/serve/shop.ts'
import { openActionDestinations } from '../../action/open-destinations.ts'
import type { StreamedEffect } from '../../client/answers.ts'
import { action, count, entity, features, model, on, pipeline, rules, source, stream, t as types } from '../../index.ts'
import { LiveRun } from '../../run/loop/live-run.ts'
import { CommitFeed, parseEventId } from '../events/journal.ts'
import { effectJournal } from '../events/effect-journal.ts'
import { serve } from '../server.ts'

const card = entity('card', types.string())
const payments = source('payments', { schema: { id: types.string(), card, at: types.timestamp() }, key: 'card', time: 'at', id: 'id' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const busy = model('busy', { decide: on(payments), inputs: p => ({ n: now.of(p.card).n }), score: () => rules([], 0.9) })
const scratch = scratchFolder('effect-stream')

const start = Date.parse('2026-01-01T00:00Z')
const pay = (id: string, of = id) => ({ id, card: of, at: start })

async function open(t: TestContext, data: string) {
  let fails = true
  let at = start
  const page = action('page', {
    when: busy.score.gte(0.8),
    deadline: '1s',
    do: () => {
      if (fails) throw new Error('down')
    },
  })
  const block = action('block', { when: busy.score.gte(0.8), do: () => {} })
  const shop = pipeline('shop', [page, block])
  const feed = new CommitFeed()
  const retries: (() => void)[] = []
  const running = await LiveRun.open(shop, data, {
    sendings: await openActionDestinations(shop, {}),
    onRecorded: feed.notify,
    clock: () => at,
    // The test decides when the second attempt comes.
    after: (_ms, act) => {
      retries.push(act)
      return { stop: () => {} }
    },
  })
  const app = serve({ run: running.run, pipeline: shop, data, feed })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const close = async () => {
    await app.close()
    await running.stop()
  }
  t.after(close)
  const recover = () => {
    fails = false
    at += 5000
    for (const retry of retries.splice(0)) retry()
  }
  return { app, api: caller({ url }).api, recover, close }
}

/** The events up to the first that matches. */
async function until(effects: AsyncIterable<StreamedEffect>, holds: (effect: StreamedEffect) => boolean): Promise<StreamedEffect[]> {
  const seen: StreamedEffect[] = []
  for await (const effect of effects) {
    seen.push(effect)
    if (holds(effect)) break
  }
  return seen
}

test('changes of effects are streamed when durable, and a reader resumes after its last one, also after a restart', async t => {
  const data = join(scratch, 'restarted')
  const first = await open(t, data)
  await posted(first.app, '/sources/payments/events', pay('a'))
  const tried = await until(first.api.effects({ action: 'page', after: '0' }), ({ attempts }) => attempts === 1)
  const { place, id, decidedAt, began, sent, next, ...rest } = tried.at(-1)!
  assert.deepEqual(rest, {
    number: 1,
    action: 'page',
    entry: 0,
    key: 'a',
    t: start,
    due: start + 1000,
    state: 'pending',
    attempts: 1,
    why: 'down',
  })
  assert.match(id, /^\S+$/)
  assert.ok(decidedAt >= start && began! >= decidedAt && sent! >= began! && next! > sent!)
  first.recover()
  const done = await until(first.api.effects({ action: 'page', after: place }), ({ state }) => state === 'delivered')
  // Its deadline is one second after the event.
  assert.deepEqual(
    done.map(({ number, state, attempts, late, why }) => [number, state, attempts, late, why]),
    [[1, 'delivered', 2, true, undefined]],
  )
  const last = done[0].place
  await first.close()
  const again = await open(t, data)
  again.recover()
  const follows = until(
    again.api.effects({ after: last }),
    ({ key, action: name, state }) => key === 'b' && name === 'block' && state === 'delivered',
  )
  await posted(again.app, '/sources/payments/events', pay('b'))
  const streamed = await follows
  assert.ok(streamed.every(({ place: at }) => Number(at) > Number(last)))
  assert.ok(!streamed.some(({ key, action: name }) => key === 'a' && name === 'page'), 'nothing has changed about it since')
  const places = streamed.map(({ place: at }) => Number(at))
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  )
  const all = await until(again.api.effects({ action: 'block', after: '0' }), ({ key, state }) => key === 'b' && state === 'delivered')
  assert.deepEqual(
    all.filter(({ state }) => state === 'delivered').map(({ key, late }) => [key, late]),
    [
      ['a', undefined],
      ['b', undefined],
    ],
  )
})

test('an unknown action is 404 with the nearest name, a malformed id 400', async t => {
  const { app } = await open(t, join(scratch, 'asked'))
  const wrong = await app.inject({ url: '/effects/stream?action=pag' })
  assert.equal(wrong.statusCode, 404)
  assert.match(wrong.body, /did you mean 'page'/)
  assert.equal((await app.inject({ url: '/effects/stream?after=x' })).statusCode, 400)
})

test('a position before deleted effects is a gap, and resumes with kept ones; a position of another log with new ones', () => {
  const journal = effectJournal({ changeNumbers: () => ({ last: 9, forgotten: 5 }) } as Parameters<typeof effectJournal>[0])
  const at = (text: string) => journal.gapAfter(parseEventId(text)!)
  assert.deepEqual([at('9'), at('5'), at('4')?.resumeAt, at('10')?.resumeAt], [undefined, undefined, parseEventId('4'), parseEventId('9')])
  assert.match(at('4')!.reason, /were forgotten/)
  assert.match(at('10')!.reason, /another log/)
})

test('a reader in the middle of a batch gets the effects after its position alone', () => {
  const changes = [4, 5, 6].map(changed => ({ changed, number: changed, action: 'page', key: '"k"', state: 'delivered' }))
  const journal = effectJournal({
    changedAfter: (after: number) => changes.filter(({ changed }) => changed > after),
  } as unknown as Parameters<typeof effectJournal>[0])
  const batch = journal.next(3)!
  const idsBehind = (place: string) =>
    [
      ...batch
        .frames(undefined, parseEventId(place)!)
        .toString()
        .matchAll(/^id: (\d+)$/gm),
    ].map(([, id]) => id)
  assert.deepEqual(['3', '5', '3', '6'].map(idsBehind), [['4', '5', '6'], ['6'], ['4', '5', '6'], []])
})

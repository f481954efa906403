import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { posted } from '../../../test/serve/shop.ts'
import { InlineAnswers } from '../../action/inline-answers.ts'
import {
  action,
  answer,
  count,
  entity,
  features,
  model,
  on,
  pipeline,
  request,
  rules,
  source,
  stream,
  t as types,
  type Pipeline,
} from '../../index.ts'
import { openDataFolder } from '../../log/sqlite/data-folder.ts'
import type { RecordedDecision } from '../../run/decide/recorded-decision.ts'
import { Run } from '../../run/loop/run.ts'
import { logStartText } from '../../log/named-values.ts'
import { awaitInlineDecisions } from './decide.ts'
import { duplicateFields } from './ingest-result.ts'
import { serve } from '../server.ts'

const card = entity('card', types.string())
const payments = source('payments', { schema: { id: types.string(), card, at: types.timestamp() }, key: 'card', time: 'at', id: 'id' })
const quiet = source('quiet', { schema: { card, at: types.timestamp() }, key: 'card', time: 'at' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const rare = features('rare', { from: quiet, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const busy = model('busy', {
  decide: on(payments),
  inputs: p => ({ n: now.of(p.card).n }),
  score: v => rules([{ when: v.n.gte(2), score: 0.9 }], 0.1),
})
const ask = model('ask', {
  decide: request({ card }),
  inputs: r => ({ n: now.of(r.card).n, rare: rare.of(r.card).n }),
  score: v => rules([{ when: v.n.gte(2), score: 0.9 }], 0.1),
})
/** A deadline that the slowest machine meets. */
const shopWith = (deadline: '100ms' | '500ms' | '2s' | '10m') => {
  const otherwise = { approved: 'perhaps' }
  const decline = action('decline', {
    when: busy.score.gte(0.8),
    deadline,
    reply: 'inline',
    do: answer({ approved: false }, { otherwise }),
  })
  const review = action('review', { when: busy.score.lt(0.8), deadline: '1h', do: answer('none') })
  const limit = action('limit', { when: ask.score.gte(0.8), do: answer({ limit: 0 }) })
  return pipeline('shop', [decline, review, limit])
}
const start = Date.parse('2026-01-01T00:00Z')
const pay = (id: string, of = 'c') => ({ id, card: of, at: start })

const open = (t: TestContext, deadline: '500ms' | '10m', fsyncMs = 0) => opened(t, shopWith(deadline), fsyncMs)

async function opened(t: TestContext, shop: Pipeline, fsyncMs = 0) {
  const data = scratchFolder('inline')
  const folder = await openDataFolder(data, { fsyncMs })
  const run = new Run(shop, { store: folder.store, clock: () => start })
  const app = serve({ run, pipeline: shop, data })
  await app.ready()
  t.after(async () => {
    await app.close()
    await run.stop().catch(() => {})
    folder.release()
  })
  return { app, run }
}

test('a duplicate event gets the decisions of the original, and names it', async t => {
  const { app, run } = await open(t, '10m')
  const first = (await posted(app, '/sources/payments/decide', pay('1'))).json<Answered>()
  for (const id of ['2', '3']) await posted(app, '/sources/payments/decide', pay(id))
  const again = (await posted(app, '/sources/payments/decide', pay('1'))).json<Answered>()
  assert.deepEqual(again, { ...first, accepted: 0, duplicates: 1, sequence: 3, repeats: 0 })
  assert.equal(run.counts.decisions, 3)
})

test('a duplicate without a recorded decision gets the reason', () => {
  const log = { get: () => logStartText({ entry: 7, arrival: 0 }) }
  assert.deepEqual(duplicateFields(undefined, 0, log), {})
  assert.deepEqual(duplicateFields(6, 1, log), { repeats: 6 })
  const { repeats, undecided } = duplicateFields(6, 0, log)
  assert.equal(repeats, 6)
  assert.match(undecided!, /was forgotten \(--keep\)/)
  assert.match(duplicateFields(7, 0, log).undecided!, /no decision was made/)
})

interface Answered {
  readonly repeats?: number
  readonly durable: boolean
  readonly sequence?: number
  readonly duplicates?: number
  readonly degraded?: string
  readonly decisions: readonly RecordedDecision[]
  readonly answers: unknown
}

test('an event is answered with its decisions, and the answers of actions', async t => {
  const { app } = await open(t, '10m')
  const answers: Answered[] = []
  for (const id of ['1', '2']) answers.push((await posted(app, '/sources/payments/decide', pay(id))).json())
  assert.deepEqual(
    answers.map(({ durable, sequence, answers: reply, decisions: [{ model: name, score, vector }] }) => [
      durable,
      sequence,
      reply,
      name,
      score,
      vector,
    ]),
    [
      [true, 1, { review: 'none' }, 'busy', 0.1, { n: 1 }],
      [true, 2, { decline: { approved: false } }, 'busy', 0.9, { n: 2 }],
    ],
  )
  const requested = (await posted(app, '/models/ask/decide', { card: 'c' })).json<RecordedDecision & Answered>()
  assert.deepEqual([requested.model, requested.score, requested.durable, requested.answers], ['ask', 0.9, true, { limit: { limit: 0 } }])
  const rejected = await posted(app, '/sources/payments/decide', { id: '3', card: 'c' })
  assert.deepEqual([rejected.statusCode, rejected.json<{ code: string }>().code], [422, 'SPILL_REJECTED'])
  for (const [url, body, status] of [
    ['/sources/payments/decide', [pay('4')], 400],
    ['/sources/quiet/decide', { card: 'c', at: start }, 400],
    ['/sources/nothing/decide', pay('4'), 404],
    ['/models/busy/decide', { card: 'c' }, 400],
    ['/models/ask/decide', { crad: 'c' }, 400],
  ] as const)
    assert.equal((await posted(app, url, body)).statusCode, status, url)
})

test('on a slow disk the answer comes at its deadline, from the decision, and is marked as not durable', async t => {
  const { app, run } = await open(t, '500ms', 2000)
  const answer = (await posted(app, '/sources/payments/decide', pay('1'))).json<Answered>()
  assert.deepEqual(
    [answer.durable, answer.sequence, answer.decisions.length, answer.answers, answer.degraded],
    [false, undefined, 1, { review: 'none' }, undefined],
  )
  const held = async () =>
    [...(await app.inject('/metrics')).body.matchAll(/^spillway_http_(?:waiting_requests|body_bytes) (\d+)/gm)].map(([, n]) => Number(n))
  assert.deepEqual(await held(), [1, JSON.stringify(pay('1')).length], 'until it is durable the run has it, and it counts')
  await run.whenIdle()
  assert.equal(run.counts.accepted, 1, 'it became durable all the same')
  while ((await held()).some(count => count > 0)) await new Promise(resolve => setImmediate(resolve))
})

const never = new Promise<never>(() => {})
const decided = (score: number | null) => [{ model: 'busy', score } as RecordedDecision]
const answers = new InlineAnswers(shopWith('100ms').ir, ['busy'])
/** A timer that fires as soon as pending callbacks have run. */
const hasty = (_ms: number, act: () => void) => {
  const timer = setImmediate(act)
  return { stop: () => clearImmediate(timer) }
}

test('without a decision in time the answer is the fallback of the action', async () => {
  assert.equal(answers.deadline, 100)
  assert.deepEqual(await awaitInlineDecisions(answers, never, never, hasty), {
    decisions: [],
    durable: false,
    degraded: 'no decision within 100 ms',
    answers: { decline: { approved: 'perhaps' } },
  })
  assert.deepEqual(await awaitInlineDecisions(answers, Promise.resolve(decided(0.9)), never, hasty), {
    decisions: decided(0.9),
    durable: false,
    answers: { decline: { approved: false } },
  })
})

test('a decision without a score has no answers, and a failed run is an error', async () => {
  assert.deepEqual(await awaitInlineDecisions(answers, Promise.resolve(decided(null)), Promise.resolve()), {
    decisions: decided(null),
    durable: true,
    answers: {},
  })
  await assert.rejects(awaitInlineDecisions(answers, Promise.reject(new Error('failed')), Promise.reject(new Error('full'))), {
    message: 'full',
  })
})

test('the answer comes at half of a short deadline, and 50 ms before a long one', async () => {
  const waits: number[] = []
  const waiting = (ms: number, act: () => void) => {
    waits.push(ms)
    return hasty(ms, act)
  }
  for (const deadline of ['100ms', '2s'] as const)
    await awaitInlineDecisions(new InlineAnswers(shopWith(deadline).ir, ['busy']), never, never, waiting)
  assert.deepEqual(waits, [50, 1950])
})

test('an explored decision gets the fallback answer, is marked, and stays so for a duplicate', async t => {
  const half = (explored?: string) =>
    action('decline', {
      when: busy.score.gte(0),
      explore: 0.5,
      reply: 'inline',
      do: answer('no', explored === undefined ? {} : { explored }),
    })
  for (const explored of ['yes', undefined]) {
    const { app, run } = await opened(t, pipeline('shop', [half(explored)]))
    const first = await Promise.all(Array.from({ length: 40 }, (_, i) => posted(app, '/sources/payments/decide', pay(String(i)))))
    const answers = first.map(response => response.json<Answered>())
    const undone = answers.filter(({ decisions }) => decisions[0].explored !== undefined)
    assert.ok(undone.length > 0 && undone.length < 40)
    for (const { decisions, answers: reply } of answers) {
      const isUndone = decisions[0].explored !== undefined
      if (isUndone) assert.deepEqual(decisions[0].explored, { decline: 0.5 })
      assert.deepEqual(reply, isUndone ? (explored === undefined ? {} : { decline: explored }) : { decline: 'no' })
    }
    assert.equal(run.counts.explored.get('decline'), undone.length)
    const metrics = await app.inject('/metrics')
    assert.match(metrics.body, new RegExp(`^spillway_explored_decisions_total\\{action="decline"\\} ${undone.length}$`, 'm'))
    for (const [i, { decisions, answers: reply }] of answers.entries()) {
      const again = (await posted(app, '/sources/payments/decide', pay(String(i)))).json<Answered>()
      assert.deepEqual([again.decisions, again.answers, again.duplicates], [decisions, reply, 1])
    }
    const shown = (await app.inject('/decisions?model=busy&limit=50')).json<{ decisions: RecordedDecision[] }>().decisions
    assert.equal(shown.filter(decision => decision.explored?.decline === 0.5).length, undone.length)
  }
})

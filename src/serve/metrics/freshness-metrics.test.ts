/** Freshness objectives of a run: `/metrics` counts what the recorded decisions say, and the run reports an unusable file with its fix. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fastify, { type FastifyInstance } from 'fastify'
import { scratchFolder } from '../../../test/scratch.ts'
import { objectivesText } from '../../cli/inspect/inspect.ts'
import { readObjectiveReports } from '../../operate/health.ts'
import { count, entity, features, lag, linear, model, on, partial, pipeline, scheduled, source, stream, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { readDataFolder } from '../../log/sqlite/data-folder.ts'
import { recordedDecisions } from '../../run/decide/recorded-decision.ts'
import { LiveRun } from '../../run/loop/live-run.ts'
import { servePlugin } from '../plugin.ts'

const MINUTE = 60_000
const start = Date.parse('2026-01-01T00:00Z')

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const logins = source('logins', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const values = () => ({ n: count('1h') })
const now = features('now', { from: payments, entity: card, place: stream, values })
const seen = features('seen', { from: logins, entity: card, place: stream, values })
const copy = features('copy', { from: payments, entity: card, place: lag('10m'), values })
const slow = features('slow', { from: payments, entity: card, place: partial('10m'), values })
const hourly = features('hourly', { from: payments, entity: card, place: scheduled('0 * * * *', { lasts: '5m' }), values })
const unread = features('unread', { from: logins, entity: card, place: stream, values })
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({
    now: now.of(p.card).n,
    seen: seen.of(p.card).n,
    copy: copy.of(p.card).n,
    slow: slow.of(p.card).n,
    hourly: hourly.of(p.card).n,
  }),
  score: linear({ intercept: 0, weights: { now: 1 } }),
})
const shop = pipeline('shop', [fraud, unread])

const objective = (age: number, more: object = {}) => ({ age, share: 0.9, why: 'the audit', ...more })
const file = (groups: object) => ({ format: 'spillway-objectives/1', pipeline: 'shop', fingerprint: 'f', groups })
const groups = {
  now: objective(MINUTE, { delay: 1000 }),
  seen: objective(2 * MINUTE, { delay: MINUTE }),
  copy: objective(5 * MINUTE),
  slow: objective(10 * MINUTE),
  hourly: objective(30 * MINUTE),
  unread: objective(MINUTE),
}

let data: string
let path: string
let running: LiveRun
let app: FastifyInstance
let clock = start
const reports: string[] = []

const write = (content: unknown) => writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
/** Events with a given delay of arrival. */
const send = (name: string, delay: number) => running.run.submit(name, recordBatchOf([{ card: 'c1', at: clock - delay }]))

before(async () => {
  data = scratchFolder('freshness')
  path = join(data, 'objectives.json')
  write(file(groups))
  running = await LiveRun.open(shop, data, {
    clock: () => clock,
    onReport: report => void (/objectives/.test(report) && reports.push(report)),
  })
  app = fastify()
  await app.register(servePlugin, { run: running.run, pipeline: shop, data })
})
after(async () => {
  await app.close()
  await running.stop()
})

async function metric(name: string): Promise<Record<string, number>> {
  const { body } = await app.inject('/metrics')
  return Object.fromEntries(
    [...body.matchAll(new RegExp(`^${name}\\{group="(\\w+)"\\} (.+)$`, 'gm'))].map(([, group, value]) => [group, Number(value)]),
  )
}
const decided = () => metric('spillway_freshness_decisions_total')
const within = () => metric('spillway_freshness_decisions_within_objective_total')

test('objectives are gauges in seconds and shares', async () => {
  const seconds = await metric('spillway_freshness_objective_seconds')
  assert.deepEqual(seconds, { now: 60, seen: 120, copy: 300, slow: 600, hourly: 1800, unread: 60 })
  assert.deepEqual(new Set(Object.values(await metric('spillway_freshness_objective_ratio'))), new Set([0.9]))
  assert.deepEqual(await decided(), { now: 0, seen: 0, copy: 0, slow: 0, hourly: 0, unread: 0 })
})

test('decisions are counted by the age of each group, as they were recorded', async () => {
  for (let minute = 0; minute < 120; minute++) {
    clock = start + minute * MINUTE
    await send('payments', 500)
  }
  const reader = readDataFolder(data)
  const recorded = [...reader.decisionsFrom('fraud', 0)].flatMap(({ bytes }) => [...recordedDecisions(bytes)])
  reader.close()
  assert.equal(recorded.length, 120)
  const fresh = (id: string, age: number) => recorded.filter(({ t: at, read }) => at - (read[id].asOf ?? -Infinity) <= age).length
  const counts = await within()
  assert.deepEqual(await decided(), { now: 120, seen: 120, copy: 120, slow: 120, hourly: 120, unread: 0 })
  assert.equal(counts['hourly'], fresh('hourly(card)', 30 * MINUTE))
  assert.ok(counts['hourly'] > 20 && counts['hourly'] < 60, String(counts['hourly']))
  assert.equal(fresh('copy(card)', 5 * MINUTE), 0)
  assert.deepEqual([counts['now'], counts['copy'], counts['slow'], counts['unread']], [120, 0, 120, 0])
})

test('events that take longer than usual make their group older, and one straggler does not', async () => {
  const before = await within()
  const more = async (group: string) => (await within())[group] - before[group]
  clock += MINUTE
  await send('logins', MINUTE)
  await send('payments', 0)
  assert.equal(await more('seen'), 1)
  clock += 30 * MINUTE
  await send('logins', 20 * MINUTE)
  await send('payments', 0)
  assert.equal(await more('seen'), 1, 'logins are 19 min later than usual')
  clock += MINUTE
  await send('logins', 0)
  await send('payments', 0)
  await send('logins', 50 * MINUTE)
  await send('payments', 0)
  assert.equal(await more('seen'), 3)
  clock += MINUTE
  await send('payments', 3 * MINUTE)
  assert.equal(await more('now'), 5, 'the newest payment that is known is a minute old')
})

test('the share of the last hour is in the data folder, for `spillway inspect`', async () => {
  clock += 30 * MINUTE
  await send('payments', 0)
  clock += 10_000
  running.run.flushStages()
  await running.run.whenIdle()
  const reader = readDataFolder(data)
  const { objectives, problem } = readObjectiveReports(data, reader)
  reader.close()
  assert.equal(problem, undefined)
  const recent = Object.fromEntries(objectives.map(objective => [objective.group, objective.recent]))
  assert.deepEqual(recent['copy'], { until: clock, decisions: 5, within: 0 })
  assert.deepEqual(recent['unread'], { until: clock, decisions: 0, within: 0 })
  const text = objectivesText(objectives)
  assert.match(text, /^copy +90 % within 5 min +0 % of 5: missed +2026-01-01/m)
  assert.match(text, /^now +90 % within 1 min +100 % of 5: met/m)
  assert.match(text, /^unread +90 % within 1 min +no decision/m)
})

test('the run follows a changed file, and reports an unusable file once with its fix', async () => {
  const look = async () => {
    running.run.flushStages()
    return metric('spillway_freshness_objective_seconds')
  }
  write(file({ copy: objective(15 * MINUTE) }))
  assert.deepEqual(await look(), { copy: 900 })
  const count = (await within())['copy']
  await send('payments', 0)
  assert.equal((await within())['copy'], count + 1)
  write(file({ copi: objective(MINUTE) }))
  assert.deepEqual(await look(), { copy: 900 })
  await look()
  assert.equal(reports.length, 1, reports.join('\n'))
  assert.match(
    reports[0],
    /^the previous freshness objectives stay in force, since .*objectives\.json groups\.copi: pipeline 'shop' has no feature group 'copi'; did you mean 'copy'\?; rename the objective or remove it, or let the audit write the file again: spillway audit PIPELINE --data DIR$/,
  )
  const reader = readDataFolder(data)
  assert.match(readObjectiveReports(data, reader).problem!, /^groups\.copi: pipeline 'shop' has no feature group 'copi'/)
  reader.close()
})

test('a run does not start with invalid objectives', async () => {
  const other = scratchFolder('freshness-wrong')
  path = join(other, 'objectives.json')
  write(file({ now: objective(-1) }))
  await assert.rejects(LiveRun.open(shop, other), {
    code: 'SPILL_DATA',
    message:
      /objectives\.json groups\.now\.age: must be a number of milliseconds above 0; got -1; correct it, or let the audit write the file again/,
  })
})

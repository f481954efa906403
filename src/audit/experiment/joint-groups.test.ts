import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LoggedEvent } from '../../define/source/source.ts'
import type { GroupIR, PlacementIR } from '../../define/ir/ir.ts'
import { count, entity, features, labelFrom, logistic, model, on, pipeline, source, stream, t } from '../../index.ts'
import { logOf } from '../../../test/property/engines/replay-order.ts'
import { planOf, type Element } from '../domain/element.ts'
import { Replays } from './replay/replays.ts'
import { freshGroupsElement, stalenessLevels } from './staleness-levels.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

const every = (ms: number) => ({ kind: 'interval', every: ms, phase: 0 }) as const

test('two or more groups fresher than a day are aged together', () => {
  const placed = (...places: readonly PlacementIR[]) =>
    freshGroupsElement(places.map((place, i) => ({ name: `g${i}`, place }) as GroupIR))?.groups ?? []
  assert.deepEqual(placed({ kind: 'stream' }), [])
  assert.deepEqual(placed(), [])
  assert.deepEqual(
    placed(
      { kind: 'stream' },
      { kind: 'hybrid', schedule: every(DAY) },
      { kind: 'lag', by: HOUR },
      { kind: 'partial', by: HOUR },
      { kind: 'batch', schedule: every(HOUR), lasts: 60_000 },
      { kind: 'scheduled', schedule: every(12 * HOUR), lasts: HOUR },
    ),
    ['g0', 'g1', 'g2', 'g3', 'g4', 'g5'],
  )
  assert.deepEqual(
    placed(
      { kind: 'stream' },
      { kind: 'lag', by: DAY },
      { kind: 'batch', schedule: { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' }, lasts: HOUR },
      { kind: 'scheduled', schedule: every(HOUR), lasts: DAY },
      { kind: 'corrected' },
    ),
    [],
  )
})

test('a group that is read at two keys counts once', () => {
  const read = { name: 'g', place: { kind: 'stream' } } as GroupIR
  assert.equal(freshGroupsElement([read, read]), undefined)
})

const card = entity('card', t.string())
const pays = source('pays', { schema: { id: t.string(), card, bad: t.bool(), at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const group = (name: string, window: '10m' | '20m') =>
  features(name, { from: pays, entity: card, place: stream, values: () => ({ n: count(window) }) })
const [short, long] = [group('short', '10m'), group('long', '20m')]
const risk = model('risk', {
  decide: on(pays),
  inputs: p => ({ short: short.of(p.card).n, long: long.of(p.card).n }),
  score: logistic({ intercept: 0, weights: { short: 1, long: 1 } }),
  label: labelFrom(pays, { join: 'id', value: p => p.bad, negativeAfter: '1h' }),
})
const { ir } = pipeline('shop', [risk])
const decides = { ir, model: ir.models[0] }
const context = { span: 90 * DAY, delay: 0, isTrainable: true }

test('the columns of the joint sweep are those of the single sweeps', () => {
  const events = Array.from({ length: 50 }, (_, i): LoggedEvent => {
    const time = DAY + i * 60_000
    return { source: 'pays', partition: 0, offset: i, time, arrival: time, row: { id: `p${i}`, card: `c${i % 3}`, bad: false, at: time } }
  })
  const replays = new Replays(decides, logOf(ir, events))
  const sweep = (element: Element) =>
    stalenessLevels(element, decides, context).map(({ setting, title, age }) => ({ plan: planOf(element, setting), title, age }))
  const own = ['short', 'long'].map(name => sweep({ kind: 'group', group: name }))
  const read = new Set(own.flat().flatMap(({ plan }) => replays.readsOf(plan).map(({ id }) => id)))
  const together = sweep({ kind: 'groups', groups: ['short', 'long'] })
  assert.deepEqual(
    together.map(({ title }) => title),
    own[0].map(({ title }) => title),
    'the ages of the one that notices soonest',
  )
  for (const { plan, title, age } of together) {
    assert.deepEqual([...plan.keys()], ['group/short', 'group/long'])
    const isRead = replays.readsOf(plan).map(({ id }) => read.has(id))
    assert.deepEqual(
      isRead,
      own.map(levels => levels.some(level => level.title === title && level.age === age)),
    )
    assert.ok(isRead[0])
  }
})

test('the age of the groups is that of the freshest, plus the added age', () => {
  const placed = ir.groups.map(definition =>
    definition.name === 'long' ? { ...definition, place: { kind: 'lag', by: HOUR } as const } : definition,
  )
  const levels = stalenessLevels({ kind: 'groups', groups: ['short', 'long'] }, { ...decides, ir: { ...ir, groups: placed } }, context)
  for (const { setting, age } of levels) assert.equal(age, setting.kind === 'older' ? setting.by : 14 * HOUR)
})

/** Columns that are known only after their event: `spillway init` leaves them out of the features, and takes the outcome's time from them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../src/base/random.ts'
import { csv, inferSchema, time } from './infer-schema.ts'
import { Scratch } from './scratch.ts'

const MINUTE = 60_000
const at = (i: number, after: number): string => new Date(Date.parse(time(i)) + after).toISOString()
const isLate = (i: number): boolean => i % 8 === 3
const columns = (list: readonly { readonly column: string; readonly reason: string }[]) =>
  list.map(({ column, reason }) => [column, reason])

test('times after the event, numbers and values that tell the outcome, and values that come with it', async () => {
  using scratch = new Scratch()
  const text = csv('order_id,placed_at,store,items,due_at,picked_at,delivered_at,minutes,status,complaint,returned,late', i => {
    const minutes = isLate(i) ? 46 + (i % 9) : 20 + (i % 25)
    return [
      i,
      time(i),
      `s${i % 30}`,
      i % 5,
      at(i, 40 * MINUTE),
      at(i, 5 * MINUTE),
      at(i, minutes * MINUTE),
      minutes,
      isLate(i) ? ['late', 'lost'][i % 2] : 'in time',
      isLate(i) ? `c${i}` : '',
      Number(i % 7 === 0),
      Number(isLate(i)),
    ].join(',')
  })
  const { later, outcomeTime, outcomes } = await inferSchema(scratch.write('in.csv', text), { outcome: 'late' })
  assert.equal(outcomes[0].column, 'late')
  assert.deepEqual(columns(later), [
    ['picked_at', 'after placed_at, by 5 min at most and 5 min at the median'],
    ['delivered_at', 'after placed_at, by 54 min at most and 34 min at the median'],
    ['minutes', 'it is 46 to 54 where the outcome is true, and 20 to 44 elsewhere'],
    ['status', 'each of its values has one outcome'],
    ['complaint', 'it has a value only where the outcome is true'],
    ['returned', 'its name suggests an outcome, too'],
  ])
  // Of two times that every record has, the later one.
  assert.deepEqual([outcomeTime?.column, outcomeTime?.longest], ['delivered_at', 54 * MINUTE])
})

test('a time that only true outcomes have is that of the outcome, in any format', async () => {
  using scratch = new Scratch()
  const dayFirst = (iso: string) => iso.replace(/^(\d+)-(\d+)-(\d+)T(\d+:\d+).*$/, '$3.$2.$1 $4')
  const text = csv('Zeit;Kunde;Versand;zurück am;Erstattung;Retoure', i => {
    const back = isLate(i)
    const end = back ? dayFirst(at(i, (i % 90) * 60 * MINUTE)) : ''
    return `${dayFirst(time(i))};k${i % 30};${dayFirst(at(i, 120 * 60 * MINUTE))};${end};${back ? '1.0' : ''}${back ? `${i % 90},5` : ''};${back ? 'ja' : 'nein'}`
  })
  const { later, outcomeTime } = await inferSchema(scratch.write('in.csv', text))
  assert.deepEqual(
    later.map(({ column }) => column),
    ['Versand', 'zurück am', 'Erstattung'],
  )
  assert.deepEqual([outcomeTime?.column, outcomeTime?.longest], ['zurück am', 89 * 60 * MINUTE])
})

test('of several times, the one whose name begins like the outcome is its time, and may have gaps', async () => {
  using scratch = new Scratch()
  const text = csv('at,key,actual_departure,actual_arrival,dep_late', i => {
    const times = i % 90 === 1 ? ',' : `${at(i, 20 * MINUTE)},${at(i, 90 * MINUTE)}`
    return `${time(i)},k${i % 30},${times},${Number(isLate(i))}`
  })
  const { later, outcomeTime } = await inferSchema(scratch.write('in.csv', text))
  assert.deepEqual(
    later.map(({ column }) => column),
    ['actual_departure', 'actual_arrival'],
  )
  assert.equal(outcomeTime?.column, 'actual_departure')
})

test('planned times, earlier times and few values are known at the event', async () => {
  using scratch = new Scratch()
  const text = csv('at,key,scheduled_at,since_at,either_at,mostly_at,rare,late', i =>
    [
      time(i),
      `k${i % 30}`,
      at(i, 90 * MINUTE),
      at(i, -90 * MINUTE),
      at(i, (i % 2 === 0 ? 9 : -9) * MINUTE),
      at(i, (i % 20 === 0 ? -9 : 9) * MINUTE),
      i === 3 || i === 11 ? 'x' : '',
      Number(isLate(i)),
    ].join(','),
  )
  const { later, outcomeTime } = await inferSchema(scratch.write('in.csv', text))
  assert.deepEqual([later, outcomeTime], [[], undefined])
  // Two records of each value are no evidence.
  const few = csv('at,key,code,late', i => `${time(i)},k${i % 5},c${i % 12},${Number(i % 12 < 6)}`, 24)
  assert.deepEqual((await inferSchema(scratch.write('few.csv', few), { key: 'key' })).later, [])
})

test('a time that stands for never does not count as the longest delay', async () => {
  using scratch = new Scratch()
  const text = csv('at,key,closed_at,late', i =>
    [time(i), `k${i % 30}`, i === 500 ? '9999-12-31T00:00:00Z' : at(i, (1 + (i % 30)) * MINUTE), Number(isLate(i))].join(','),
  )
  assert.equal((await inferSchema(scratch.write('in.csv', text))).outcomeTime?.longest, 30 * MINUTE)
})

test('without an id, records that are equal but for the outcome are counted', async () => {
  using scratch = new Scratch()
  const text = csv('at,key,late', i => `${time(i - (i % 4 === 1 ? 1 : 0))},k,${Number(isLate(i))}`, 400)
  assert.equal((await inferSchema(scratch.write('in.csv', text), { outcome: 'late' })).repeated, 100)
  assert.equal(
    (
      await inferSchema(
        scratch.write(
          'id.csv',
          csv('id,at,late', i => `${i},${time(0)},${i % 2}`),
        ),
      )
    ).repeated,
    0,
  )
})

test('columns that are independent of the outcome are mostly kept, and derived ones are always found', async () => {
  using scratch = new Scratch()
  const draw = random(21)
  let dropped = 0
  for (let file = 0; file < 150; file++) {
    const [rate, gap, rows] = [0.05 + 0.9 * draw(), 0.9 * draw(), 150 + Math.floor(300 * draw())]
    const text = csv(
      'id,at,key,number,whole,kind,gappy,derived,late',
      i => {
        const late = draw() < rate
        const derived = (late ? 100 : 0) + draw() * 99
        const cells = [i, time(i), `k${i % 30}`, draw().toFixed(3), Math.floor(draw() * 9), 'abc'[Math.floor(draw() * 3)]]
        return [...cells, draw() < gap ? '' : 'x', derived.toFixed(2), Number(late)].join(',')
      },
      rows,
    )
    const later = (await inferSchema(scratch.write('in.csv', text), { outcome: 'late' })).later.map(({ column }) => column)
    assert.ok(later.includes('derived'), `${later.join()} at rate ${rate}`)
    dropped += later.length - 1
  }
  assert.ok(dropped <= 1, `${dropped} independent columns`)
})

/** Streamed columns equal stored ones, to the bit: training vectors, and scores over several blocks. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logOf } from '../../../../test/property/engines/replay-order.ts'
import { random } from '../../../base/random.ts'
import type { LoggedEvent } from '../../../define/source/source.ts'
import { entity, features, logistic, model, on, pipeline, share, source, stream, t } from '../../../index.ts'
import type { Plan } from '../../domain/element.ts'
import { StreamedColumns, StoredColumns } from './case-columns.ts'
import { storedHead, scoreInto, scoringOf, CASES_PER_BLOCK, vectorScoring, caseVectors } from './case-inputs.ts'
import { caseSelection } from './case-selection.ts'
import { Replays } from '../replay/replays.ts'

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { card, shop: card, amount: t.int({ min: 0, max: 9999 }), at: t.timestamp() },
  key: 'card',
  time: 'at',
})
const usual = features('usual', {
  from: payments,
  entity: card,
  key: p => p.card,
  place: stream,
  values: p => ({ amount: p.amount.mean('10m'), large: share(p.amount.gt(5000), '3m') }),
})
const rare = features('rare', {
  from: payments,
  entity: card,
  key: p => p.card,
  place: stream,
  values: p => ({ most: p.amount.max('5m') }),
})
const risky = model('risky', {
  decide: on(payments),
  inputs: p => ({
    amount: usual.of(p.card).amount,
    shop: usual.of(p.shop).amount,
    large: usual.of(p.card).large,
    most: rare.of(p.card).most,
  }),
  score: logistic({
    intercept: -1,
    weights: {
      amount: { weight: 1e-4, ifNull: 7 },
      shop: { weight: 2e-4, ifNull: 1 },
      large: { weight: 1, ifNull: 0 },
      most: { weight: 1e-5, ifNull: 3 },
    },
  }),
})
const { ir } = pipeline('shopping', [risky])

const ROWS = 2 * CASES_PER_BLOCK + 5000

function history(): LoggedEvent[] {
  const next = random(5)
  const cardOf = () => `c${Math.floor(next() * next() * 200)}`
  return Array.from({ length: ROWS }, (_, offset) => {
    const time = 1_000_000 + offset * 1000
    const row = { card: cardOf(), shop: cardOf(), amount: Math.floor(next() * 10_000), at: time }
    return { source: 'payments', partition: 0, offset, time, arrival: time, row }
  })
}

test('scores and vectors of streamed features equal those of stored features', () => {
  const log = logOf(ir, history())
  const definitions = { ir, scores: new Map() }
  const scored = { from: 2000, to: ROWS - 10 }
  // Training cases before the scored range, and inside it.
  for (const learnt of [[3, 77, 1500], [3, 2500], []]) {
    const replays = new Replays({ ir, model: ir.models[0] }, log)
    const cases = Uint32Array.from(learnt)
    const selection = caseSelection(ROWS, cases, scored)!
    const head = storedHead(selection, cases, scored)
    assert.equal(head, learnt.length === 2 ? 1 + CASES_PER_BLOCK : learnt.length)
    const plans: Plan[] = [
      new Map(),
      new Map([['group/usual', { kind: 'older', by: 60_000 }]]),
      new Map([['ingestion', { kind: 'older', by: 9000 }]]),
    ]
    for (const plan of plans) {
      const replayed = replays.under(plan, selection)
      const [retained, passing] = [replayed.inputs, replayed.passing(head)]
      const vectors = [retained, passing].map(
        inputs => caseVectors(vectorScoring(definitions, ir.models[0], log.strings), inputs, cases).vector,
      )
      assert.deepEqual(vectors[1], vectors[0])
      const [all, some] = [retained, passing].map(inputs => {
        const into = [0, 1].map(() => new Float64Array(ROWS).fill(NaN))
        const scoring = scoringOf(definitions, ir.models[0], log.strings)
        const models = [scored, { from: 20_000, to: 30_000 }].map((rows, i) => ({ ...rows, into: into[i], scoring }))
        scoreInto(models, inputs, scored)
        return into
      })
      assert.deepEqual(some, all)
      assert.deepEqual(all[0].subarray(20_000, 30_000), all[1].subarray(20_000, 30_000))
      assert.ok(
        !all[0].subarray(scored.from, scored.to).some(Number.isNaN) && all[1].filter(value => !Number.isNaN(value)).length === 10_000,
      )
      // Features of sums are streamed; a maximum needs a replay.
      const kinds = [...passing.features.values()].map(({ read, columns }) => [read.group.name, columns instanceof StreamedColumns])
      const isShared = plan.get('group/usual') !== undefined
      assert.deepEqual(
        kinds,
        [
          ['usual', true],
          ['usual', true],
          ['rare', false],
        ],
        `${isShared}`,
      )
    }
  }
})

test('streamed columns are read in order, and their buffer is cleared each time', () => {
  const group = { ...ir.groups[0], features: ir.groups[0].features.slice(0, 1) }
  let produced = 0
  const forward = {
    next(cases: number, [column]: StoredColumns['out']) {
      assert.ok([column.values, column.nulls, column.rejected].every(part => part.subarray(0, cases).every(value => value === 0)))
      for (let i = 0; i < cases; i++) {
        column.values[i] = produced++
        column.nulls[i] = column.rejected[i] = 1
      }
    },
  }
  const columns = new StreamedColumns(group, forward, { head: 5, most: 4 })
  assert.deepEqual([...columns.range(1, 4)[0].values], [1, 2, 3])
  assert.deepEqual([...columns.range(5, 9)[0].values], [5, 6, 7, 8])
  assert.deepEqual([...columns.range(9, 11)[0].values], [9, 10])
  assert.deepEqual([...columns.select(Uint32Array.of(4, 0))[0].values], [4, 0])
  assert.throws(() => columns.range(12, 14), /in order/)
  assert.throws(() => columns.range(9, 11), /in order/)
  assert.equal(columns.range(0, 3)[0].values.buffer instanceof SharedArrayBuffer, false)
})

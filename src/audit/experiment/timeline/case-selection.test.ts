import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isReplayed, logOf } from '../../../../test/property/engines/replay-order.ts'
import { deciding } from '../../../../test/property/generate/deciders.ts'
import type { Plan } from '../../domain/element.ts'
import { selectFeatureRows } from '../../../aggregate/feature-columns.ts'
import { forEachCaseBlock, vectorScoring, caseVectors } from './case-inputs.ts'
import { caseSelection, scoredRange } from './case-selection.ts'
import { Replays } from '../replay/replays.ts'

const block = (from: number, to: number) => ({ from, to })
const blocks = { train: block(0, 38), tune: block(40, 48), select: block(50, 73), report: block(75, 90), test: block(50, 90) }
const cases = { t: Float64Array.from({ length: 100 }, (_, row) => row * 10), length: 100, blocks }

test('the scored range has the tuning block, the judged blocks and their look-back', () => {
  assert.deepEqual(scoredRange(cases, 0), block(40, 90))
  assert.deepEqual(scoredRange(cases, 100), block(40, 90))
  assert.deepEqual(scoredRange(cases, 201), block(30, 90))
  assert.deepEqual(scoredRange(cases, 1e9), block(0, 90))
  assert.deepEqual(scoredRange(cases, Infinity), block(0, 100))
})

test('all cases are selected if all get scores; otherwise the scored and the training cases', () => {
  assert.equal(caseSelection(5, Uint32Array.of(1), { from: 0, to: 5 }), undefined)
  const { cases, places } = caseSelection(7, Uint32Array.of(0, 2, 3), { from: 3, to: 6 })!
  assert.deepEqual([...cases], [0, 2, 3, 4, 5])
  assert.deepEqual(
    [...cases].map(value => places[value]),
    [0, 1, 2, 3, 4],
  )
})

test('inputs of selected cases are bit-equal to those of all cases', () => {
  let compared = 0
  for (let seed = 1; compared < 12; seed++) {
    const generated = deciding(seed)
    if (!generated || !isReplayed(generated.log)) continue
    const log = logOf(generated.ir, generated.log, generated.run)
    const model = generated.ir.models[seed % generated.ir.models.length]
    if (model.decide.kind === 'request') continue
    let replays: Replays
    try {
      replays = new Replays({ ir: generated.ir, model }, log)
    } catch {
      continue
    }
    const { length } = replays.rows
    if (length < 8) continue
    const scored = { from: length >> 1, to: length - 1 }
    const selection = caseSelection(length, Uint32Array.of(0, 2, scored.from), scored)!
    const vectors = vectorScoring({ ir: generated.ir, scores: new Map() }, model, log.strings)
    for (const plan of plansOf(generated.ir.groups[0].name)) {
      const [all, some] = [replays.under(plan).inputs, replays.under(plan, selection).inputs]
      for (const [id, { columns }] of all.features)
        assert.deepEqual(
          some.features.get(id)!.columns.out,
          columns.out.map(column => selectFeatureRows(column, selection.cases)),
        )
      const [learnt, expected] = [some, all].map(inputs => caseVectors(vectors, inputs, Uint32Array.of(2, scored.from)).vector)
      assert.deepEqual(learnt, expected)
      const [selectedInputs, whole] = [some, all].map(inputs => {
        const result: unknown[] = []
        forEachCaseBlock(inputs, scored, (part, from, to) => result.push(structuredClone(vectors.score(part).vector), from, to))
        return result
      })
      assert.deepEqual(selectedInputs, whole)
    }
    compared++
  }
})

const plansOf = (group: string): Plan[] => [
  new Map(),
  new Map([[`group/${group}`, { kind: 'older', by: 100 }]]),
  new Map([['ingestion', { kind: 'older', by: 50 }]]),
  new Map([['inference', { kind: 'older', by: 50 }]]),
]

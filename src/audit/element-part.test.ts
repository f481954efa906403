import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fraudReport } from '../../test/audit/reports/fraud.ts'
import type { ModelIR, PipelineIR } from '../define/ir.ts'
import { elementPart } from './element-part.ts'
import type { Element } from './element.ts'
import { planElements } from './plans/choices.ts'
import { fixedVerdict } from './plans/verdict.ts'

const model = { name: 'm', inputs: [], score: { kind: 'none' }, decide: { kind: 'on', source: 's' } } as unknown as ModelIR
const ir = { name: 'p', sources: [], groups: [], models: [model], actions: [] } as unknown as PipelineIR
const training = fraudReport.elements[4]

const part = (element: Element, audited: ModelIR, rungs = training.rungs) =>
  elementPart({
    ir,
    model: audited,
    element,
    ladder: { rungs, ...(rungs.length === 0 && { why: 'too short' }), caveats: [] },
    now: fraudReport.utility.now,
    unit: '$',
    verdict: fixedVerdict(planElements(ir, audited).find(given => given.element.kind === element.kind)!),
  })

test('what has a curve was observed: that no plan runs it otherwise is said with its reason', () => {
  const { verdict, unplanned } = part({ kind: 'training' }, model)
  assert.equal(unplanned, 'the pipeline does not train the model')
  assert.deepEqual(verdict, {
    choice: 'undecided',
    why: 'no plan runs it otherwise, since the pipeline does not train the model; the curve says what that would be worth',
  })
  const none = part({ kind: 'training' }, model, [])
  assert.deepEqual([none.verdict.choice, none.unplanned, none.notObservable], ['not observable in this history', undefined, 'too short'])
})

test('an element runs now in the words that plans have for it', () => {
  const asked = { ...model, decide: { kind: 'request' } } as unknown as ModelIR
  for (const audited of [model, asked])
    for (const { element, choices } of planElements(ir, audited))
      assert.equal(part(element, audited).now.title, choices[0].title, element.kind)
  assert.equal(part({ kind: 'training' }, model).now.title, 'without a schedule')
})

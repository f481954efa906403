/** An audit gives one report on any number of threads: cases that once failed, then a few random cases of `prove threads`. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { threadCase } from './generate.ts'
import { compareThreads, holds, prove, type ThreadsResult } from './prove.ts'
import { recordedThreads } from './regressions.ts'
import { shrunkThreads } from './shrink.ts'

for (const [name, { proof, case: of }] of recordedThreads())
  test(`${name} still holds`, async () => {
    assert.equal(proof, 'threads')
    const { difference, plans } = await compareThreads(of)
    assert.equal(difference, undefined)
    assert.ok(plans > 0, 'no thread computed a plan')
  })

test('random audits are the same byte for byte on 0, 1 and several threads', async () => {
  const result = await prove({ cases: 7, seed: 10, isRecorded: false })
  assert.deepEqual(result.failures, [])
  assert.ok(holds(result), JSON.stringify(result))
  for (const [trigger, count] of Object.entries(result.triggers)) assert.ok(count > 0, `no model that decides by '${trigger}'`)
})

test('the proof does not hold with one difference, without work of threads, or without reports', () => {
  const result: ThreadsResult = {
    cases: 100,
    different: 0,
    reports: 80,
    plans: 101,
    triggers: { on: 50, every: 40, request: 10 },
    seed: 1,
    failures: [],
  }
  assert.ok(holds(result))
  for (const worse of [{ different: 1 }, { reports: 79 }, { plans: 100 }, { triggers: { on: 50, every: 50, request: 0 } }])
    assert.ok(!holds({ ...result, ...worse }), JSON.stringify(worse))
})

test('a failing case shrinks to the events and the group that make it fail', async () => {
  const of = threadCase(3)
  const isFailing = async ({ log }: typeof of): Promise<boolean> => log.filter(({ source }) => source === 'visits').length > 4
  const shrunk = await shrunkThreads(of, isFailing)
  assert.ok(await isFailing(shrunk))
  assert.equal(shrunk.ir.groups.length, 1)
  assert.ok(shrunk.log.length < of.log.length / 4, `${shrunk.log.length} of ${of.log.length} events are left`)
})

/** Decisions on a standard output whose reader is slow, and on one that fails. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { entity, model, on, pipeline, rules, source, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import type { StoredDecisionBatch } from '../../log/index.ts'
import { LiveRun } from '../../run/index.ts'
import { DecisionFile } from './run-output.ts'

const decisions: StoredDecisionBatch[] = []

before(async () => {
  const card = entity('card', t.string())
  const payments = source('payments', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
  const fraud = model('fraud', { decide: on(payments), inputs: p => ({ card: p.card }), score: () => rules([], 0.5) })
  const onDecisions = (batches: readonly StoredDecisionBatch[]) => void decisions.push(...batches)
  const running = await LiveRun.open(pipeline('shop', [fraud]), scratchFolder('decisions'), { onDecisions })
  await running.run.submit('payments', recordBatchOf([{ card: 'c', at: 1 }]))
  await running.stop()
})

function output(waitingBytesMax: number) {
  const written: string[] = []
  const reports: string[] = []
  let fail: (error: Error) => void = () => {}
  const stdout = {
    writableLength: 0,
    write: (text: Buffer) => written.push(text.toString()) > 0,
    on: (_: string, listener: (error: Error) => void) => (fail = listener),
  }
  const file = new DecisionFile('-', { onReport: text => reports.push(text), stdout: stdout as never, waitingBytesMax })
  return { file, stdout, written, reports, fail: (code: string) => fail(Object.assign(new Error(code), { code })) }
}

test('decisions are left out while the reader is slow, which is reported once, and go on once it has caught up with half', () => {
  const { file, stdout, written, reports } = output(1000)
  const writeAt = (waiting: number): void => {
    stdout.writableLength = waiting
    file.write(decisions)
  }
  writeAt(1000)
  assert.deepEqual([written.length, file.isIncomplete], [1, false])
  for (const waiting of [1001, 800, 1001, 501]) writeAt(waiting)
  assert.equal(written.length, 1)
  assert.deepEqual(reports, ['the reader of --decisions - is slow: 1 decision and more are left out; the log has all'])
  writeAt(500)
  assert.equal(written.length, 2)
  writeAt(1001)
  assert.deepEqual([written.length, reports.length, file.isIncomplete], [2, 2, true])
})

test('a closed reader has all that it wants; an output that cannot be written is incomplete', () => {
  for (const [code, isIncomplete] of [
    ['EPIPE', false],
    ['ENOSPC', true],
  ] as const) {
    const { file, written, reports, fail } = output(1000)
    fail(code)
    fail(code)
    file.write(decisions)
    assert.deepEqual([written.length, reports.length, file.isIncomplete], [0, 1, isIncomplete])
  }
})

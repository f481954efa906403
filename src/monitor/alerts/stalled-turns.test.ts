import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StalledTurns } from './stalled-turns.ts'

const begin = Date.parse('2026-01-01T00:00Z')

test('a backfill that moves is available, however much waits; a run whose turns stop for 30 s is not', () => {
  const turns = new StalledTurns(begin)
  let now = begin
  const judge = (waiting: number, committed: number) =>
    turns.problemAt((now += 10_000), waiting, { at: now, values: new Map([['events?source=payments&outcome=duplicate', committed]]) })
  for (let i = 0; i < 20; i++) assert.equal(judge(1 << 16, 100), undefined)
  assert.deepEqual([judge(5, 0), judge(5, 0)], [undefined, undefined])
  assert.equal(judge(5, 0), '5 records wait, and no turn has been committed for 30s')
  assert.equal(judge(5, 1), undefined)
  for (let i = 0; i < 20; i++) assert.equal(judge(0, 0), undefined, 'nothing waits')
})

test('a run whose commit is under way for 30 s is not available, though no record waits', () => {
  const turns = new StalledTurns(begin)
  const sample = { at: begin, values: new Map<string, number>() }
  assert.equal(turns.problemAt(begin, 0, sample, 20_000), undefined)
  assert.equal(turns.problemAt(begin, 0, sample, 30_000), 'the disk has committed nothing for 30s')
})

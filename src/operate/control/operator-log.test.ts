import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { operatorLogPath, withOperatorLog, withOperatorLogAsync } from './operator-log.ts'

const entry = { at: 0, operator: 'cli:ann', command: 'dlq drop', target: '1' }
const linesOf = (data: string): Record<string, string>[] =>
  readFileSync(operatorLogPath(data), 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, string>)

test('changes that end together are lines in the order in which they ended, each on the disk before its answer', async () => {
  const data = scratchFolder('operator-log')
  const change = async (target: string) => {
    await withOperatorLogAsync(data, { ...entry, target }, async setDetail => {
      setDetail(`of ${target}`)
      if (Number(target) % 3 === 0) throw Object.assign(new Error('secret'), { code: 'SPILL_CONFLICT' })
    }).catch(() => {})
    assert.ok(linesOf(data).some(line => line['target'] === target))
  }
  await Promise.all(Array.from({ length: 100 }, (_, i) => change(String(i))))
  withOperatorLog(data, { ...entry, target: 'last' }, () => {})
  const lines = linesOf(data)
  assert.deepEqual(
    lines.map(({ target, outcome, detail }) => [target, outcome, detail]),
    [
      ...Array.from({ length: 100 }, (_, i) => [String(i), ...(i % 3 === 0 ? ['rejected', 'SPILL_CONFLICT'] : ['done', `of ${i}`])]),
      ['last', 'done', undefined],
    ],
  )
  assert.equal(statSync(operatorLogPath(data)).mode & 0o777, 0o600)
})

test('a log that cannot be written is an error, and the next change tries again', async () => {
  const data = scratchFolder('operator-log-none')
  const path = operatorLogPath(data)
  mkdirSync(join(path, 'x'), { recursive: true })
  const change = () => withOperatorLogAsync(data, entry, () => Promise.resolve(1))
  for (const result of await Promise.allSettled([change(), change()]))
    assert.deepEqual([result.status, (result as { reason: { code: string } }).reason.code], ['rejected', 'SPILL_STORE'])
  assert.throws(() => withOperatorLog(data, entry, () => 1), { code: 'SPILL_STORE', message: /cannot be written/ })
  rmSync(path, { recursive: true })
  assert.equal(await change(), 1)
  assert.equal(linesOf(data).length, 1)
})

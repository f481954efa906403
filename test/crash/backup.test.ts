import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proveBackup } from './backup.ts'

test('a run continues from any of its backups as after a crash, through lost folders', async () => {
  const proved = await proveBackup(12, 1, () => {})
  assert.deepEqual(proved.failures, [])
  assert.deepEqual([proved.cases, proved.lost, proved.duplicated, proved.different], [12, 0, 0, 0])
  assert.ok(proved.decisions > 0 && proved.events > 0)
})

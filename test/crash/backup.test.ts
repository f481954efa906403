import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Draw } from '../property/generate/draw.ts'
import { loseAndRestore, proveBackup } from './backup.ts'
import { keepingAll } from './case.ts'
import { generateTrained } from './generate.ts'
import { sweep } from '../sweep.ts'

test('a run continues from any of its backups as after a crash, through lost folders', async () => {
  const cases = sweep(4, 12)
  const proved = await proveBackup(cases, 1, () => {})
  assert.deepEqual(proved.failures, [])
  assert.deepEqual([proved.cases, proved.lost, proved.duplicated, proved.different], [cases, 0, 0, 0])
  assert.ok(proved.decisions > 0 && proved.events > 0)
})

test('a restored folder goes on at the time of the loss, not at that of its backup', async t => {
  const place = mkdtempSync(join(tmpdir(), 'spillway-restored-'))
  t.after(() => rmSync(place, { recursive: true }))
  // Only records are rejected while the backup is made. At an earlier time their repetitions would be judged by a later one.
  const { verdict } = await loseAndRestore(keepingAll(generateTrained(88_293)), new Draw(88_293 ^ 0xbac0), join(place, 'case'))
  assert.deepEqual(verdict.faults, [])
})

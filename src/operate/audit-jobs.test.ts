/** An audit is a process that is followed, cancelled, and ended with its run; the command of these tests is a small program. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pause } from '../base/clock.ts'
import { AuditJobs } from './audit-jobs.ts'

const program = (code: string): readonly string[] => [process.execPath, '-e', code, '--']
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await pause(5)
}

test('its stage is the last line that it prints, and its end is done', async () => {
  const jobs = new AuditJobs(program("console.error('reading the log …'); setTimeout(() => {}, 200)"))
  assert.equal(jobs.last, undefined)
  assert.equal(jobs.start('fraud').state, 'running')
  await until(() => jobs.last?.stage === 'reading the log')
  assert.throws(() => jobs.start(), { code: 'SPILL_CONFLICT', message: /an audit runs already/ })
  await until(() => jobs.last?.state !== 'running')
  const { state, model, stage, ended, began } = jobs.last!
  assert.deepEqual([state, model, stage], ['done', 'fraud', undefined])
  assert.ok(ended! >= began)
})

test('a failure has the last line as its reason, and another audit may begin', async () => {
  const jobs = new AuditJobs(program("console.error('SPILL_HISTORY: the history is too short'); process.exitCode = 1"))
  jobs.start()
  await until(() => jobs.last?.state !== 'running')
  assert.deepEqual([jobs.last?.state, jobs.last?.error], ['failed', 'SPILL_HISTORY: the history is too short'])
  jobs.start()
  await until(() => jobs.last?.state !== 'running')
})

test('a program that does not exist is a failure', async () => {
  const jobs = new AuditJobs(['/nowhere/program'])
  jobs.start()
  await until(() => jobs.last?.state !== 'running')
  assert.match(jobs.last!.error!, /ENOENT/)
})

test('a cancelled audit has ended when the cancel resolves, also with its run', async () => {
  const jobs = new AuditJobs(program("console.error('sweeping'); setInterval(() => {}, 1000)"))
  await assert.rejects(jobs.cancel(), { code: 'SPILL_PRECONDITION' })
  for (const end of [() => jobs.cancel(), () => jobs.close()]) {
    jobs.start()
    await until(() => jobs.last?.stage === 'sweeping')
    await end()
    assert.deepEqual([jobs.last?.state, jobs.last?.ended !== undefined, jobs.last?.error], ['cancelled', true, undefined])
  }
  await jobs.close()
})

import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { surviveOutputErrors } from './process-setup.ts'

function outputs() {
  const process = { stdout: new EventEmitter(), stderr: new EventEmitter(), exitCode: undefined as number | undefined }
  const warnings: string[] = []
  surviveOutputErrors(process as never, text => warnings.push(text))
  const fail = (stream: 'stdout' | 'stderr', code: string) => process[stream].emit('error', Object.assign(new Error(code), { code }))
  return { process, warnings, fail }
}

test('an output of messages that cannot be written ends nothing', () => {
  const { process, warnings, fail } = outputs()
  for (const code of ['EPIPE', 'ENOSPC', 'EIO']) fail('stderr', code)
  assert.deepEqual([warnings, process.exitCode], [[], undefined])
})

test('a standard output that its reader closed is complete; one on a full disk is not, which is said', () => {
  const { process, warnings, fail } = outputs()
  fail('stdout', 'EPIPE')
  assert.deepEqual([warnings, process.exitCode], [[], undefined])
  for (let i = 0; i < 2; i++) fail('stdout', 'ENOSPC')
  assert.deepEqual([warnings, process.exitCode], [['the standard output is incomplete: ENOSPC'], 1])
})

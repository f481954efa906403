import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { exitOnSignals } from './process-setup.ts'

function processOf(pid: number) {
  const codes: number[] = []
  const process = Object.assign(new EventEmitter(), { pid, exit: (code: number) => void codes.push(code) })
  exitOnSignals(process)
  return { process, codes }
}

test('process 1 exits on a signal without a listener, and on the second signal after a one-time listener', () => {
  const { process, codes } = processOf(1)
  process.emit('SIGINT')
  assert.deepEqual(codes, [130])
  let stops = 0
  process.once('SIGTERM', () => stops++)
  process.emit('SIGTERM')
  assert.deepEqual([codes, stops], [[130], 1])
  process.emit('SIGTERM')
  assert.deepEqual([codes, stops], [[130, 143], 1])
})

test('other processes keep the default action of the system', () => {
  const { process } = processOf(2)
  assert.deepEqual(process.eventNames(), [])
})

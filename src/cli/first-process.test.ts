import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { endBySignals } from './first-process.ts'

function processOf(pid: number) {
  const codes: number[] = []
  const process = Object.assign(new EventEmitter(), { pid, exit: (code: number) => void codes.push(code) })
  endBySignals(process)
  return { process, codes }
}

test('process number 1 ends by a signal that nothing listens to, and by the second where something listened once', () => {
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

test('any other is ended by the system', () => {
  const { process } = processOf(2)
  assert.deepEqual(process.eventNames(), [])
})

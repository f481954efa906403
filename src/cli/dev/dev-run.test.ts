import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostAndPort } from './dev-run.ts'

test('the next version listens at the address of the previous one, whatever its port', () => {
  assert.equal(hostAndPort('http://127.0.0.1:80'), '127.0.0.1:80')
  assert.equal(hostAndPort('http://[::1]:7070'), '[::1]:7070')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyParameter } from './mask.ts'

test('a masked key is no parameter, any other is its text', () => {
  assert.deepEqual([keyParameter('c7'), keyParameter(7), keyParameter('***')], ['c7', '7', undefined])
})

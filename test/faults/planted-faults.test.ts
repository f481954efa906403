import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultOf } from './edit.ts'
import { planted } from './planted-faults.ts'

test('the text of each planted fault occurs once in its source, and the fault changes it', () => {
  assert.ok(planted.length > 50)
  for (const { edit, name } of planted) {
    const { start, end, is } = faultOf(edit)
    assert.ok(end > start && edit.was !== is, name)
  }
})

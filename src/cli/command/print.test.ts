import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forTerminal } from './print.ts'

test('a text for a terminal keeps its lines and tabs, and moves no cursor', () => {
  assert.equal(forTerminal('a\n\tb\r\u001b\u009b\n'), 'a\n\tb\\u000d\\u001b\\u009b\n')
})

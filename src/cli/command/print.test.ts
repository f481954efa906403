import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { forTerminal, printEach } from './print.ts'
import { styled } from './style.ts'

delete process.env['FORCE_COLOR']
afterEach(() => delete process.env['FORCE_COLOR'])

test('a text for a terminal keeps its lines and tabs, and moves no cursor', () => {
  assert.equal(forTerminal('a\n\tb\r\u001b\u009b\n'), 'a\n\tb\\u000d\\u001b\\u009b\n')
})

test('styles of Spillway pass, those of a sender do not, and nothing passes that moves the cursor', t => {
  process.env['FORCE_COLOR'] = '1'
  const lines: string[] = []
  t.mock.method(console, 'log', (line: string) => void lines.push(line))
  const textOf = ({ key }: { key: string }) => `${styled('bold', 'key')} ${key} \u001b[2J`
  printEach([{ key: 'a\u001b[31m\u001b[1A' }], { json: false, textOf })
  printEach([{ key: 'a\u001b[31m' }], { json: true, textOf })
  assert.deepEqual(lines, ['\u001b[1mkey\u001b[22m a\\u001b[31m\\u001b[1A \\u001b[2J', '{"key":"a\\u001b[31m"}'])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyHelp, keyStep } from './keyboard.ts'
import { pageNames } from '../core/location.ts'

test('a g and a letter open each page, and every page has one', () => {
  const letters = keyHelp.flatMap(([keys]) => (keys.startsWith('g ') ? keys.slice(2) : []))
  const pages = letters.map(letter => {
    const { command } = keyStep(keyStep(false, 'g', false).isPending, letter, false)
    return command?.kind === 'go' ? command.page : undefined
  })
  assert.deepEqual(new Set(pages), new Set(pageNames))
})

test('keys of text fields are text, except Escape', () => {
  for (const key of ['g', '/', 'j', '?']) assert.deepEqual(keyStep(false, key, true), { isPending: false })
  assert.deepEqual(keyStep(true, 'Escape', true).command, { kind: 'leave-field' })
  assert.deepEqual(keyStep(true, 'x', false), { isPending: false })
  assert.deepEqual(keyStep(true, 'j', false).command, { kind: 'next' })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { yamlText } from './yaml.ts'

test('lists and objects are in block style, texts are quoted unless they are plain words', () => {
  const text = yamlText(
    { groups: [{ name: 'a b', on: true, n: 1.5, rules: [{ expr: 'x > "1"' }, []] }], none: {}, left: undefined, "it's": 'no', word: 'up' },
    ['A comment.', ''],
  )
  assert.equal(
    text,
    `# A comment.
#
groups:
  - name: "a b"
    on: true
    n: 1.5
    rules:
      - expr: "x > \\"1\\""
      - []
none: {}
"it's": "no"
word: up
`,
  )
})

test('no text is read as another type', () => {
  for (const value of ['true', 'null', '1', '1e3', 'y', 'off', '2026-01-01', '~', '', ' x', 'a: b', '- a', '#', 'Yes'])
    assert.equal(yamlText(value), `${JSON.stringify(value)}\n`)
})

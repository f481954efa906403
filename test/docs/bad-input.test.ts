/** Each row of docs/reference/bad-input.md names existing tests. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'

const root = resolve(import.meta.dirname, '../..')
const rows = readFileSync(resolve(root, 'docs/reference/bad-input.md'), 'utf8')
  .split('\n')
  .filter(line => line.startsWith('| '))
  .slice(2)

/** A path, and after it the beginnings of titles, separated by semicolons. */
const shownBy = /`(?<path>[^`]+\.test\.ts)`: (?<titles>[^|]+) \|$/

test('every test that docs/reference/bad-input.md names exists', () => {
  assert.ok(rows.length > 15)
  for (const row of rows) {
    const { path, titles } = shownBy.exec(row)?.groups ?? assert.fail(`names no test: ${row}`)
    assert.ok(existsSync(resolve(root, path)), path)
    const text = readFileSync(resolve(root, path), 'utf8')
    for (const title of titles.split('; '))
      assert.ok(text.includes(`test('${title}`) || text.includes(`test(\`${title}`), `${path} has no test '${title}…'`)
  }
})

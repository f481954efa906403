import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import pipeline from './payments.ts'

const file = new URL('../golden/fraud.json', import.meta.url)

/** A change of this file changes what stored state means: it comes with a new IR version or a reason. `UPDATE_GOLDEN=1` writes it. */
test('the IR of the payments pipeline is the one on file, and so is its fingerprint', () => {
  const { ir, fingerprint } = pipeline
  if (process.env['UPDATE_GOLDEN']) writeFileSync(file, `${JSON.stringify({ fingerprint, ir }, null, 2)}\n`)
  assert.deepEqual({ fingerprint, ir }, JSON.parse(readFileSync(file, 'utf8')))
})

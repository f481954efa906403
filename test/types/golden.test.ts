import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import withOccurrences from './carts.ts'
import withLabels, { trained } from './outcomes.ts'
import withReports from './reports.ts'
import withGroups from './payments.ts'
import withTables from './plans.ts'

/** A change of these files changes the meaning of stored state: it needs a new IR version or a reason. `UPDATE_GOLDEN=1` writes them. */
for (const { name, ir, fingerprint } of [withGroups, withTables, withLabels, withOccurrences, trained, withReports])
  test(`the IR of the pipeline ${name} is the one on file, and so is its fingerprint`, () => {
    const file = new URL(`../golden/${name}.json`, import.meta.url)
    if (process.env['UPDATE_GOLDEN']) writeFileSync(file, `${JSON.stringify({ fingerprint, ir }, null, 2)}\n`)
    assert.deepEqual({ fingerprint, ir }, JSON.parse(readFileSync(file, 'utf8')))
  })

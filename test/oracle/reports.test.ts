import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reportCases } from './cases/reports.ts'
import { reportAt } from './reports.ts'

for (const { name, pipeline, report, log, at } of reportCases)
  test(name, () => {
    for (const { s, rows, age, why } of at) {
      const got = reportAt(pipeline, report, log, s)
      assert.deepEqual(
        got,
        rows.map(({ n, last, ...row }) => ({ ...row, vector: { n, last }, age: { 'own(k)': age } })),
        why,
      )
    }
  })

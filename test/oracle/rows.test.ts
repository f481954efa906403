import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rowCases } from './cases/rows.ts'
import { rowAt } from './rows.ts'

for (const { name, source, group, log, rows } of rowCases)
  test(name, () => {
    for (const { key, t, expect, why } of rows) {
      const { values, known, age, newest } = rowAt(group, source, log, [key], t)
      const [n, sum] = values.map(({ delivered }) => delivered)
      assert.deepEqual({ n, sum, known: expect.known ?? known, age, newest }, { known, ...expect }, why)
      assert.equal(expect.known ?? known, known, why)
    }
  })

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rowCases } from './cases/rows.ts'
import { rowAt } from './rows.ts'

for (const { name, source, group, log, rows } of rowCases)
  test(name, () => {
    for (const { key, t, expect, why } of rows) {
      const { values, visible, age, newest } = rowAt(group, source, log, [key], t)
      const [n, sum] = values.map(({ delivered }) => delivered)
      assert.deepEqual({ n, sum, visible: expect.visible ?? visible, age, newest }, { visible, ...expect }, why)
      assert.equal(expect.visible ?? visible, visible, why)
    }
  })

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { Strings } from '../columns/strings.ts'
import { openOutputTable } from './open-output-table.ts'
import type { OutputColumn, OutputValues } from './io/output-table.ts'

const strings = new Strings()
const texts = ['plain', '', 'a,b', 'say "so"', 'two\nlines'].map(text => strings.idOf(text))
const columns: OutputColumn[] = [
  { name: 'text', type: 'string' },
  { name: 'n, m', type: 'double' },
  { name: 'ok', type: 'bool' },
  { name: 'at', type: 'timestamp' },
  { name: 'tags', type: 'string', list: true },
]
const values: OutputValues[] = [
  { values: Int32Array.from(texts) },
  { values: Float64Array.of(1, 0.1, -0, 1e21, 5), nulls: Uint8Array.of(0, 0, 0, 0, 1) },
  { values: Float64Array.of(1, 0, 1, 0, 0) },
  { values: Float64Array.of(0, 1, 2, 3, 4) },
  {
    values: Int32Array.from([texts[0], texts[3], ...Array.from({ length: 8 }, () => texts[0])]),
    width: 2,
    counts: Uint16Array.of(2, 1, 0, 1, 1),
    nulls: Uint8Array.of(0, 0, 0, 0, 1),
  },
]

test('writes CSV: quotes where needed, NULL as an empty field, lists as JSON', async () => {
  const folder = scratchFolder('csv')
  const path = join(folder, 'table.csv')
  const table = await openOutputTable(path, columns, strings)
  await table.write(5, values)
  await table.close()
  assert.equal(
    readFileSync(path, 'utf8'),
    [
      'text,"n, m",ok,at,tags',
      'plain,1,true,1970-01-01T00:00:00.000Z,"[""plain"",""say \\""so\\""""]"',
      '"",0.1,false,1970-01-01T00:00:00.001Z,"[""plain""]"',
      '"a,b",0,true,1970-01-01T00:00:00.002Z,[]',
      '"say ""so""",1e+21,false,1970-01-01T00:00:00.003Z,"[""plain""]"',
      '"two\nlines",,false,1970-01-01T00:00:00.004Z,',
      '',
    ].join('\n'),
  )
})

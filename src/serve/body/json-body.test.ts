/** JSON bodies read into cells, compared with the same bodies decoded as records. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../base/random.ts'
import { Strings } from '../../columns/strings.ts'
import type { SourceIR } from '../../define/ir/ir.ts'
import { RecordValidator } from '../../intake/record-validator.ts'
import { JsonLineReader } from '../../intake/line-reader.ts'
import type { Rejection } from '../../intake/rejection.ts'
import { rowText } from '../../intake/row-reader.ts'
import { below, chance, jsonLine, oneOf, randomRow, randomSource } from '../../../test/inputs/generate.ts'
import { parseJsonBody } from './json-body.ts'

function readBody(source: SourceIR, body: Buffer, reader?: JsonLineReader) {
  const strings = new Strings()
  const rejections: Rejection[] = []
  const door = new RecordValidator(source, { strings, trackOrigins: true, onRejected: rejection => rejections.push(rejection) })
  let batch
  try {
    ;({ batch } = parseJsonBody(body, reader))
  } catch (error) {
    return { error: (error as Error).message, cells: 0 }
  }
  rejections.push(...batch.undecodable)
  door.validate(batch)
  const block = door.view()
  return {
    rows: Array.from({ length: block.length }, (_, row) => [
      rowText(source, block, row, () => strings),
      block.time[row],
      block.arrival[row],
    ]),
    rejections,
    numbers: batch.records.map((_, at) => batch.numberOf(at)),
    cells: batch.cells?.isRead.reduce((sum, one) => sum + one, 0) ?? 0,
  }
}

test('a source accepts the same rows and rejects the same records, from cells and from records', () => {
  let [records, cells, rejected, errors] = [0, 0, 0, 0]
  for (let seed = 0; seed < 300; seed++) {
    const next = random(seed)
    const source = randomSource(next)
    const all = Array.from({ length: below(next, 20) }, () => {
      const line = jsonLine(next, source, randomRow(next, source))
      if (chance(next, 0.8)) return line
      return oneOf(next, [
        line.replaceAll(',"', ',\n"'),
        line.replace('{', '{"other":1,'),
        `[${line}]`,
        '12',
        'null',
        line.slice(0, below(next, line.length)),
      ])
    })
    const body = Buffer.from(chance(next, 0.2) && all.length > 0 ? all[0] : `[${all.join(oneOf(next, [',', ', ', ' ,\n']))}]`)
    const slow = readBody(source, body)
    const fast = readBody(source, body, JsonLineReader.of(source))
    assert.deepEqual({ ...fast, cells: 0 }, slow, `seed ${seed}`)
    records += all.length
    cells += fast.cells
    rejected += fast.rejections?.length ?? 0
    errors += fast.error === undefined ? 0 : 1
  }
  assert.ok(cells > 0.1 * records && rejected > 50 && errors > 20, `${records} ${cells} ${rejected} ${errors}`)
})

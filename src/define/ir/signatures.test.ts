import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aggregateNames, type AggregateName, type ColumnType } from './ir.ts'
import { isListAggregate, signatures, takesText, maxValues } from './signatures.ts'
import { RowNode } from '../expression/row-node.ts'
import { SourceValue, source } from '../source/source.ts'
import { t } from '../source/t.ts'

const columns = {
  int: t.int(),
  decimal: t.decimal(3),
  timestamp: t.timestamp(),
  duration: t.duration(),
  bool: t.bool(),
  string: t.string(),
  double: t.double(),
} satisfies Record<ColumnType, unknown>
const origin = source('s', { schema: columns, key: 'string', time: 'timestamp' }) as unknown as SourceValue

const needs: Partial<Record<AggregateName, unknown>> = { quantile: 0.5, decayedSum: { halfLife: '5m' }, histogram: { bounds: [1] } }

test('a column offers exactly the aggregates that the table has for its type', () => {
  const words = aggregateNames.filter(name => name in RowNode.prototype)
  assert.deepEqual(
    aggregateNames.filter(name => !words.includes(name)),
    ['count', 'share', 'row'],
  )
  for (const word of words) {
    for (const type of Object.keys(columns) as ColumnType[]) {
      const node = origin.row[type] as unknown as Record<string, (...args: unknown[]) => unknown>
      const call = () => (word === 'lastK' || word === 'topK' ? node[word](2, '1h') : node[word]('1h', needs[word]))
      if (signatures[word].takes.includes(type)) call()
      else
        assert.throws(
          call,
          { message: new RegExp(`'${word}' needs ${takesText(word).replaceAll(/[()]/g, '\\$&')}, got`) },
          `${word} of ${type}`,
        )
    }
  }
})

test('results keep the scale of what they select or add, and lose it in a quotient', () => {
  const decimal = { type: 'decimal', scale: 3 } as const
  for (const name of ['sum', 'min', 'max', 'first', 'last', 'lastK', 'topK', 'change', 'row'] as const)
    assert.deepEqual(signatures[name].result(decimal), decimal)
  for (const name of ['mean', 'variance', 'stddev', 'rate', 'slope', 'decayedSum', 'quantile'] as const)
    assert.deepEqual(signatures[name].result(decimal), { type: 'double' })
  assert.deepEqual(signatures.change.result({ type: 'timestamp' }), { type: 'duration' })
  assert.deepEqual(signatures.histogram.result(decimal), { type: 'int' })
  assert.deepEqual(signatures.count.result(undefined), { type: 'int' })
  assert.deepEqual(signatures.timeSinceLast.result(undefined), { type: 'duration' })
})

test('lists have as many values as they can hold, everything else has one', () => {
  assert.deepEqual(aggregateNames.filter(isListAggregate), ['lastK', 'histogram', 'topK'])
  assert.deepEqual([maxValues({}), maxValues({ k: 3 }), maxValues({ bounds: [1, 2] })], [1, 3, 3])
})

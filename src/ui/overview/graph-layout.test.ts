import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PipelineAnswer } from '../core/answers.ts'
import { edgePath, layoutPipeline, NODE_HEIGHT, NODE_WIDTH } from './graph-layout.ts'

const notes = { key: [], entity: [], features: [], placement: { kind: 'stream', text: 'stream' } }
const model = { trigger: 'on a', inputs: [], score: 'rules', isTrained: false }
const pipeline: PipelineAnswer = {
  name: 'p',
  sources: ['a', 'b'].map(name => ({ name, key: 'k', time: 'at', columns: [], allowedLateness: 0, dedupe: 0 })),
  groups: [
    { name: 'of_b', source: 'b', ...notes },
    { name: 'of_a', source: 'a', ...notes },
  ],
  models: [
    { name: 'm', source: 'a', groups: ['of_a'], ...model },
    { name: 'alone', source: 'b', groups: [], ...model },
  ],
  actions: [{ name: 'act', model: 'm', when: '', effect: 'webhook' }],
  reports: [{ name: 'list', groups: ['of_b'], schedule: '' }],
}

test('every definition has a place of its own, from sources on the left to actions on the right', () => {
  const { nodes, width, height } = layoutPipeline(pipeline)
  assert.equal(nodes.length, 8)
  assert.equal(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size, 8)
  assert.ok(nodes.every(({ x, y }) => x >= 0 && y >= 0 && x + NODE_WIDTH <= width && y + NODE_HEIGHT <= height))
  const columns = Map.groupBy(nodes, ({ x }) => x)
  assert.deepEqual(
    [...columns.values()].map(column => [...new Set(column.map(({ kind }) => kind))]),
    [['source'], ['group'], ['model'], ['action', 'report']],
  )
})

test('edges are the dependencies; a trigger is drawn where no group shows it', () => {
  const { edges, nodes } = layoutPipeline(pipeline)
  const names = edges.map(({ from, to }) => `${from.name} > ${to.name}`)
  assert.deepEqual(names.sort(), ['a > of_a', 'b > alone', 'b > of_b', 'm > act', 'of_a > m', 'of_b > list'])
  // A group stands beside its source, so that edges do not cross.
  const heightOf = (name: string): number => nodes.find(node => node.name === name)!.y
  assert.ok(heightOf('of_a') < heightOf('of_b'))
  assert.match(edgePath(edges[0]), /^M\d+ \d+C/)
})

test('an empty pipeline has an empty picture', () => {
  const empty = layoutPipeline({ name: 'p', sources: [], groups: [], models: [], actions: [], reports: [] })
  assert.deepEqual(empty, { nodes: [], edges: [], width: 0, height: 0 })
})

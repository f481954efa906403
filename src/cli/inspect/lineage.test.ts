import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { called, calledJson } from '../../../test/cli/called.ts'
import { Shop } from '../../../test/cli/shop.ts'
import type { Lineage } from '../../operate/index.ts'

let shop: Shop
before(async () => {
  shop = await Shop.ran()
})
after(() => shop[Symbol.dispose]())

test('prints each node with what it depends on, and what nothing reads', async () => {
  const { status, out } = await called('lineage', shop.pipeline)
  assert.equal(status, 0)
  const lines = out.split('\n')
  const feature = lines.findIndex(line => line.startsWith('feature '))
  assert.match(lines[feature + 1], /^ {2}column \S+ +(identity|key|value|filter|time)/)
  assert.ok(lines.some(line => line.startsWith('model ')))
})

test('prints the part around a node as JSON', async () => {
  const [whole] = await calledJson<Lineage>('lineage', shop.pipeline)
  const { kind, name } = whole.nodes.find(node => node.kind === 'feature')!
  const [around] = await calledJson<Lineage>('lineage', shop.pipeline, `${kind} ${name}`)
  assert.equal(around.pipeline, whole.pipeline)
  assert.ok(around.nodes.length < whole.nodes.length)
  assert.ok(around.edges.some(({ to }) => to.name === name))
})

test('prints one direction around a node', async () => {
  const [whole] = await calledJson<Lineage>('lineage', shop.pipeline)
  const feature = whole.nodes.find(node => node.kind === 'feature')!
  const name = `${feature.kind} ${feature.name}`
  const [up] = await calledJson<Lineage>('lineage', shop.pipeline, name, '--up')
  const [down] = await calledJson<Lineage>('lineage', shop.pipeline, name, '--down')
  assert.deepEqual([...new Set(up.nodes.map(({ kind }) => kind))], ['column', 'feature'])
  assert.equal(
    down.nodes.some(({ kind }) => kind === 'column'),
    false,
  )
  assert.ok(down.nodes.some(({ kind }) => kind === 'model'))
})

test('prints a drawing for Graphviz and for Mermaid', async () => {
  const [{ edges }] = await calledJson<Lineage>('lineage', shop.pipeline)
  const dot = await called('lineage', shop.pipeline, '--dot')
  const mermaid = await called('lineage', shop.pipeline, '--mermaid')
  assert.match(dot.out, /^digraph "[^"]+" \{\n {2}rankdir=LR\n/)
  assert.match(mermaid.out, /^flowchart LR\n {2}n0\[\("/)
  assert.equal(dot.out.match(/ -> /g)?.length, edges.length)
  assert.equal(mermaid.out.match(/ -->\|/g)?.length, edges.length)
})

test('wrong combinations of options are wrong usage', async () => {
  for (const options of [['--up'], ['n', '--up', '--down'], ['--json', '--dot'], ['--dot', '--mermaid']])
    assert.equal((await called('lineage', shop.pipeline, ...options)).status, 2, options.join(' '))
})

test('an unknown name fails, and wrong usage is 2', async () => {
  const { status, err } = await called('lineage', shop.pipeline, 'nothing_like_this')
  assert.equal(status, 1)
  assert.match(err, /SPILL_NOT_FOUND: pipeline '.*' has no column, feature, model, action or report 'nothing_like_this'/)
  assert.equal((await called('lineage')).status, 2)
  assert.equal((await called('lineage', shop.pipeline, 'a', 'b')).status, 2)
})

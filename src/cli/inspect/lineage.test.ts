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

test('an unknown name fails, and wrong usage is 2', async () => {
  const { status, err } = await called('lineage', shop.pipeline, 'nothing_like_this')
  assert.equal(status, 1)
  assert.match(err, /SPILL_NOT_FOUND: pipeline '.*' has no column, feature, model, action or report 'nothing_like_this'/)
  assert.equal((await called('lineage')).status, 2)
  assert.equal((await called('lineage', shop.pipeline, 'a', 'b')).status, 2)
})

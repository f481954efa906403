import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { called, calledJson } from '../../../test/cli/called.ts'
import { Shop } from '../../../test/cli/shop.ts'
import { OBJECTIVES_FILE, writeObjectives } from '../../run/decide/objectives.ts'
import type { PipelinePlan } from '../../operate/plan.ts'

let shop: Shop
let changed: string

before(async () => {
  shop = await Shop.ran()
  const text = readFileSync(shop.pipeline, 'utf8')
  changed = shop.write('changed.ts', text.replace("place: lag('1h')", "place: lag('2h')"))
})
after(() => shop[Symbol.dispose]())

const plan = (file: string, ...args: readonly string[]) => called('plan', file, ...args, '--data', shop.data)

test('--check: exit code 0 without changes, 3 with changes or before the first run, 1 for a failure, 2 for wrong usage', async () => {
  const statusOf = async (...args: Parameters<typeof plan>) => (await plan(...args)).status
  assert.deepEqual(
    [
      await statusOf(shop.pipeline),
      await statusOf(shop.pipeline, '--check'),
      await statusOf(changed),
      await statusOf(changed, '--check'),
      await statusOf(changed, '--check', '--json'),
      await statusOf(join(shop.folder, 'gone.ts'), '--check'),
      await statusOf(changed, '--check', '--chek'),
      (await called('plan', shop.pipeline, '--check', '--data', join(shop.folder, 'nowhere'))).status,
    ],
    [0, 0, 0, 3, 3, 1, 2, 3],
  )
})

test('prints effects on models as text and as JSON, and none without changes', async () => {
  const { out } = await plan(changed)
  assert.match(out, /^effects\n {2}model risk: its scores change, since group 'older' is placed lag\(2h\), and was lag\(1h\)\n\nstate\n/m)
  const [as] = await calledJson<PipelinePlan>('plan', changed, '--data', shop.data)
  assert.deepEqual([as.changed, as.effects.map(({ on, name }) => [on, name])], [true, [['model', 'risk']]])
  const [same] = await calledJson<PipelinePlan>('plan', shop.pipeline, '--data', shop.data)
  assert.deepEqual([same.changed, same.changes, same.effects], [false, [], []])
})

test('reads the freshness objectives of the folder', async () => {
  const groups = { older: { age: 4_000_000, share: 0.99, why: '' } }
  writeObjectives(join(shop.data, OBJECTIVES_FILE), { pipeline: 'shop', fingerprint: 'f', groups })
  assert.match(
    (await plan(changed)).out,
    /^ {2}objective older: asks for 4000s, and the group, placed lag\(2h\), is up to 2h old by design$/m,
  )
})

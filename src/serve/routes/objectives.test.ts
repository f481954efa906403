import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { open, shop as pipeline } from '../../../test/serve/shop.ts'
import { OBJECTIVES_FILE, writeObjectives } from '../../run/decide/objectives.ts'

const shop = await open()
after(() => shop.close())
const path = join(shop.data, OBJECTIVES_FILE)
const objectives = async (): Promise<unknown> => (await shop.app.inject({ url: '/objectives' })).json()

test('lists the objectives of the file, and the problem of a file that cannot be used', async () => {
  assert.deepEqual(await objectives(), { objectives: [] })
  const now = { age: 60_000, share: 0.99, why: 'by the audit' }
  writeObjectives(path, { pipeline: 'shop', fingerprint: pipeline.fingerprint, groups: { now } })
  assert.deepEqual(await objectives(), { objectives: [{ group: 'now', ...now }] })
  writeObjectives(path, { pipeline: 'shop', fingerprint: pipeline.fingerprint, groups: { nw: now } })
  const { problem } = (await objectives()) as { problem: string }
  assert.match(problem, /^groups\.nw: pipeline 'shop' has no feature group 'nw'; did you mean 'now'\?/)
  writeFileSync(path, '{')
  assert.match(((await objectives()) as { problem: string }).problem, /^is no JSON/)
})

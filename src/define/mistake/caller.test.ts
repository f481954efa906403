import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SpillwayError } from '../../base/errors.ts'
import { callerLocation } from './mistake.ts'
import { entity } from '../source/entity.ts'
import { features } from '../feature/features.ts'
import { stream } from '../feature/placement.ts'
import { source } from '../source/source.ts'
import { t } from '../source/t.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, kind: t.string(), at: t.timestamp() }, key: 'card', time: 'at' })

test('the location is the line of the method call, not of the definition around it', () => {
  let line = 0
  const build = () =>
    features('g', {
      from: payments,
      entity: card,
      place: stream,
      values: p => ({
        last: p.kind.last('1h'),
        mean: ((line = lineHere()), p.kind as unknown as { mean: (window: string) => never }).mean('1h'),
      }),
    })
  assert.throws(build, (error: unknown) => {
    assert.ok(error instanceof SpillwayError)
    assert.equal(error.place, `src/define/mistake/caller.test.ts:${line}`)
    assert.equal(error.message, `src/define/mistake/caller.test.ts:${line} 'mean' needs a number or a duration, got string`)
    return true
  })
})

test('a path outside the working directory is a bare file name', () => {
  const stack = (path: string) => `Error: x\n    at Module.run (node:internal/modules:1:1)\n    at ${path}`
  assert.equal(callerLocation(stack('file:///elsewhere/deep/glucose.ts:14:7')), 'glucose.ts:14')
  assert.equal(callerLocation(stack('define (/elsewhere/deep/glucose.ts:14:7)')), 'glucose.ts:14')
  assert.equal(callerLocation(stack(`async build (${process.cwd()}/pipelines/glucose.ts:14:7)`)), 'pipelines/glucose.ts:14')
})

test('frames of Spillway itself, and no frames, are no location', () => {
  const own = new URL('source.ts', import.meta.url).href
  assert.equal(callerLocation(`Error: x\n    at source (${own}:1:1)`), undefined)
  assert.equal(callerLocation(`Error: x\n    at source (${own}:1:1)\n    at file:///a/b.js:2:2`), 'b.js:2')
  assert.equal(callerLocation('Error: x'), undefined)
})

const lineHere = (): number => Number(/caller\.test\.ts:(\d+)/.exec(new Error('here').stack!.split('\n')[2])![1])

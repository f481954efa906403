import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nightlyBatch } from '../../../../test/verdict/pipeline-files.ts'
import type { Plan } from '../../domain/element.ts'
import { otherChanges, placementChanges } from './changes.ts'

test('settings of groups are placements, with the place of their definition', () => {
  const plan: Plan = new Map([
    ['group/usual', { kind: 'batch', schedule: { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' }, lasts: 7_200_000 }],
    ['group/now', { kind: 'stream' }],
    ['inference', { kind: 'every', every: 3_600_000 }],
  ])
  assert.deepEqual(placementChanges(plan, new Map([['usual', 'pipeline.ts:12']])), [
    { group: 'usual', place: nightlyBatch, at: 'pipeline.ts:12' },
    { group: 'now', place: { kind: 'stream' }, at: undefined },
  ])
})

test('describes the other changes, and where to make them', () => {
  const setting = (element: string, title: string) => ({ element, title })
  const now = [
    setting('group/usual', 'stream'),
    setting('inference', 'on event'),
    setting('action', 'inline'),
    setting('ingestion', 'stream'),
    setting('training', 'every week'),
  ]
  const proposed = [
    setting('group/usual', 'batch 1 day'),
    setting('inference', 'nightly'),
    setting('action', 'inline'),
    setting('ingestion', 'batch'),
    setting('training', 'every day'),
  ]
  assert.deepEqual(otherChanges({ now, proposed }), [
    "inference: nightly, and not on event; that is no placement, and is changed by hand (decide of the model: every('1h', …))",
    'ingestion: batch, and not stream; that is no placement, and is changed by hand (in what sends the events)',
    'training: every day, and not every week; that is no placement, and is changed by hand (train of the model: { every: … })',
  ])
})

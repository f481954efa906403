import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PipelineAnswer } from '../core/answers.ts'
import { searchTargets } from './search-targets.ts'

const pipeline: PipelineAnswer = {
  name: 'p',
  sources: [{ name: 'payments', key: 'card', time: 'at', columns: [{ name: 'card', type: 'string' }], allowedLateness: 0, dedupe: 0 }],
  groups: [
    {
      name: 'card_now',
      source: 'payments',
      key: ['card'],
      entity: ['card'],
      placement: { kind: 'stream', text: 'stream' },
      features: [{ name: 'n', type: 'int' }],
    },
  ],
  models: [],
  actions: [{ name: 'block_card', model: 'm', when: '', effect: 'webhook' }],
  reports: [],
}

test('names that begin with the text come first, and a key is always a target', () => {
  const found = searchTargets(pipeline, 'Card').map(({ kind, name }) => `${kind} ${name}`)
  assert.deepEqual(found, [
    'feature group card_now',
    'feature card_now.n',
    'action block_card',
    'column payments.card',
    'decisions of key Card',
  ])
  assert.deepEqual(searchTargets(pipeline, ' c7 '), [{ kind: 'decisions of key', name: 'c7', page: 'decisions', query: { key: 'c7' } }])
  assert.deepEqual(searchTargets(pipeline, '  '), [])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejects } from '../../../test/rejects.ts'
import { external } from './train.ts'

test('a trainer is plain data, with a timeout', () => {
  const trainer = external({ command: 'python3', args: ['train.py'], timeout: '10m', env: { OMP_NUM_THREADS: '1' } })
  assert.deepEqual(JSON.parse(JSON.stringify(trainer)), {
    kind: 'external',
    command: 'python3',
    args: ['train.py'],
    timeout: 600_000,
    env: { OMP_NUM_THREADS: '1' },
  })
  assert.deepEqual(external({ command: 'train' }), { kind: 'external', command: 'train', args: [], timeout: 3_600_000, env: {} })
})

test('wrong options of a trainer are rejected', () => {
  rejects(() => external({ command: '' }), `external needs a command, such as 'python3', got ''`)
  rejects(() => external({ command: 'a', args: 'b' as never }), `external: args is a list of texts, got 'b'`)
  rejects(() => external({ command: 'a', args: ['b\0'] }), /^external: args is a list of texts/)
  rejects(() => external({ command: 'a', env: { A: 1 as never } }), `external: env is a text by the name of each variable, got {"A":1}`)
  rejects(() => external({ command: 'a', timeout: 'soon' as never }), /^external: timeout: 'soon' is no duration/)
  rejects(() => external({ command: 'a', tmeout: '1h' } as never), /^external has no option 'tmeout'; did you mean 'timeout'\?/)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { auditProcess } from './run-audits.ts'

test('an audit of a run reads the configuration of the run', () => {
  const command = (configFile?: { config?: string; profile?: string }) =>
    auditProcess({ path: 'p.ts', data: 'd', configFile }, 'o').slice(-10)
  assert.deepEqual(command({ config: 'c.ts', profile: 'live' }), [
    'audit',
    'p.ts',
    '--data',
    'd',
    '--out',
    'o',
    '--config',
    'c.ts',
    '--profile',
    'live',
  ])
  assert.deepEqual(command().slice(-6), ['audit', 'p.ts', '--data', 'd', '--out', 'o'])
})

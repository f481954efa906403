import assert from 'node:assert/strict'
import { test } from 'node:test'
import { versionChanges } from './version-changes.ts'

test('each version has the columns that it added and removed, the newest version first', () => {
  const versions = [
    { version: 1, columns: ['id', 'amount'], current: false, pending: false },
    { version: 2, columns: ['id', 'amount', 'kind'], current: true, pending: false },
    { version: 3, columns: ['id', 'kind'], current: false, pending: true },
  ]
  assert.deepEqual(versionChanges({ source: 's', level: 'FULL', versions }), [
    { version: 3, added: [], removed: ['amount'], state: 'from the next start' },
    { version: 2, added: ['kind'], removed: [], state: 'current' },
    { version: 1, added: ['id', 'amount'], removed: [], state: '' },
  ])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeTooOld } from './node-version.ts'

test('an older Node is rejected with the fix', () => {
  for (const version of ['18.0.0', '20.20.2', '23.11.1']) {
    const error = nodeTooOld(version)
    assert.equal(error?.code, 'SPILL_NODE_TOO_OLD')
    assert.match(error.message, new RegExp(`this is ${version}\\. Fix: npm install --save-dev node@24`))
  }
})

test('Node 24 and newer are accepted, this one among them', () => {
  for (const version of ['24.0.0', '24.21.0', '100.0.0', process.versions.node]) assert.equal(nodeTooOld(version), undefined)
})

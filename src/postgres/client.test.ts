import assert from 'node:assert/strict'
import { registerHooks } from 'node:module'
import { test } from 'node:test'
import { openClient } from './client.ts'

test('without its package a source says what to install', async () => {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'postgres') throw Object.assign(new Error(`Cannot find package 'postgres'`), { code: 'ERR_MODULE_NOT_FOUND' })
      return next(specifier, context)
    },
  })
  try {
    await assert.rejects(openClient({}), { code: 'SPILL_INPUT', message: /needs the package 'postgres': npm install postgres@3$/ })
  } finally {
    hooks.deregister()
  }
})

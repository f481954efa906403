/** Every code block of `docs/reference/` and `docs/extending/` does what the text around it says. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textFiles } from '../sources/files.ts'
import { faultsOf } from './session.ts'

for (const { path, text } of textFiles('.md').filter(page => /^docs\/(reference|extending)\//.test(page.path)))
  test(path, () => assert.equal(faultsOf(path, text).join('\n'), ''))

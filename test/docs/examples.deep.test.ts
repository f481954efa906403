/** Every code block of the pages of the examples, and of the guides to them, does what the text around it says. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textFiles } from '../sources/files.ts'
import { faultsOf } from './session.ts'

const examples = /^examples\/|^docs\/guides\/(flights|fraud|glucose|recommendations)\.md$/

for (const { path, text } of textFiles('.md').filter(page => examples.test(page.path)))
  test(path, () => assert.equal(faultsOf(path, text).join('\n'), ''))

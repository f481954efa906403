/**
 * Every code block of the README and of `docs/` does what the text around it says. Those of `docs/reference/` and `docs/extending/`:
 * `reference.test.ts`; those of the quickstart: `test/cli/package.test.ts`; those of examples and their guides: `examples.deep.test.ts`.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textFiles } from '../sources/files.ts'
import { faultsOf } from './session.ts'

const elsewhere = /^docs\/(reference\/|extending\/|start\/quickstart\.md|guides\/(flights|fraud|glucose|recommendations)\.md)/
const documents = textFiles('.md').filter(({ path }) => path === 'README.md' || (path.startsWith('docs/') && !elsewhere.test(path)))

for (const { path, text } of documents) test(path, () => assert.equal(faultsOf(path, text).join('\n'), ''))

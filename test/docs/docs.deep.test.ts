/**
 * Every code block of the README, of `docs/start/` and of `docs/concepts/` does what the text around it says. Those of guides and the
 * reference: `reference.deep.test.ts` and `on-call-week.deep.test.ts`; those of the quickstart: `test/cli/package.deep.test.ts`; those of examples: `examples.deep.test.ts`.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textFiles } from '../sources/files.ts'
import { faultsOf } from './session.ts'

const elsewhere = /^docs\/(reference\/|extending\/|guides\/|start\/quickstart\.md)/
const documents = textFiles('.md').filter(({ path }) => path === 'README.md' || (path.startsWith('docs/') && !elsewhere.test(path)))

for (const { path, text } of documents) test(path, () => assert.equal(faultsOf(path, text).join('\n'), ''))

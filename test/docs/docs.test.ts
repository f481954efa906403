/**
 * Every code block of the README and of `docs/` does what the text around it says. Those of the guide: `test/cli/package.test.ts`; those of
 * the examples: `examples.deep.test.ts`.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textFiles } from '../sources/files.ts'
import { faultsOf } from './session.ts'

const documents = textFiles('.md').filter(
  ({ path }) => path === 'README.md' || (path.startsWith('docs/') && path !== 'docs/start/quickstart.md'),
)

for (const { path, text } of documents) test(path, () => assert.equal(faultsOf(path, text).join('\n'), ''))

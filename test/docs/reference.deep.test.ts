/**
 * Every code block of the guides, of `docs/reference/` and of `docs/extending/` does what the text around it says. The guide to an on-call week,
 * which waits for alerts: `on-call-week.deep.test.ts`.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textFiles } from '../sources/files.ts'
import { faultsOf } from './session.ts'

const pages = /^docs\/(reference\/|extending\/|guides\/(?!(flights|fraud|glucose|recommendations|first-on-call-week)\.md))/

for (const { path, text } of textFiles('.md').filter(page => pages.test(page.path)))
  test(path, () => assert.equal(faultsOf(path, text).join('\n'), ''))

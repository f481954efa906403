/**
 * The guide to an on-call week, followed as printed: each fault opens the alert that the guide shows, and its fix works. It takes about twelve
 * minutes, since alerts open after their conditions have held, by the wall clock.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { faultsOf } from './session.ts'

const path = 'docs/guides/first-on-call-week.md'

test(path, () => assert.equal(faultsOf(path, readFileSync(join(import.meta.dirname, '../..', path), 'utf8')).join('\n'), ''))

/** CHANGELOG.md has a section for the version of the package, in the form of Keep a Changelog. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { changelogFaults, ITEM_CHARACTERS_MAX } from './changelog.ts'

test('the changelog has the version of the package, in the form of Keep a Changelog', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string }
  assert.deepEqual(changelogFaults(readFileSync('CHANGELOG.md', 'utf8'), version), [])
})

test('a released version below a newer one is no fault', () =>
  assert.deepEqual(
    changelogFaults('# Changelog\n\n## 0.10.0 - unreleased\n\n### Added\n\n- A.\n\n## 0.9.0 - 2026-01-02\n\n### Fixed\n\n- B.\n', '0.10.0'),
    [],
  ))

test('a version without a section, a title without a date, and an order that goes up are found', () =>
  assert.deepEqual(changelogFaults('## Unreleased\n\n## 0.1.0 - unreleased\n\n## 0.2.0 - 2026-01-02\n', '0.3.0'), [
    "'Unreleased' is not 'VERSION - DATE' or 'VERSION - unreleased'",
    'version 0.3.0 of package.json has no section',
    "'0.1.0 - unreleased' is not older than 'Unreleased' above it",
    "'0.1.0 - unreleased' needs its date, since a newer version follows it",
    "'0.2.0 - 2026-01-02' is not older than '0.1.0 - unreleased' above it",
  ]))

test('a category that is unknown or repeated, and a long item, are found', () => {
  const long = 'x'.repeat(ITEM_CHARACTERS_MAX - 1)
  const text = `## 1.0.0 - 2026-01-02\n\n### Features\n\n- Short: [a](${'b'.repeat(300)}).\n- ${long}\n\nRun:\n\n- A.\n\n### Fixed\n\n### Fixed\n`
  assert.deepEqual(changelogFaults(text, '1.0.0'), [
    "'Features' of '1.0.0 - 2026-01-02' is none of Added, Changed, Deprecated, Removed, Fixed, Security",
    "'1.0.0 - 2026-01-02' has 'Fixed' twice",
    `'1.0.0 - 2026-01-02' has an item of ${ITEM_CHARACTERS_MAX + 1} characters: - ${'x'.repeat(58)}`,
  ])
})

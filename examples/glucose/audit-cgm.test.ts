/** The audit of real readings, where they are: what it must say of nine people, and of fifty-seven. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import type { AuditReport } from 'spillway/audit'
import { here, spillway } from './spillway-command.ts'

/** Beside the checkout, and not part of it. */
const real = (name: string): string => here(`../../../shared/data/cgm/${name}.csv`)
const without = (name: string) => (existsSync(real(name)) ? false : `no ../shared/data/cgm/${name}.csv beside the checkout`)

function audited(study: string, file: string): { readonly text: string; readonly report: AuditReport } {
  const out = mkdtempSync(join(tmpdir(), 'spillway-audit-cgm-'))
  try {
    const text = spillway(
      'audit',
      here(`${study}.ts`),
      '--history',
      `readings=${real(file)}`,
      '--out',
      out,
      '--plans',
      '40',
      '--draws',
      '2000',
    )
    return { text, report: JSON.parse(readFileSync(join(out, 'audit.json'), 'utf8')) as AuditReport }
  } finally {
    rmSync(out, { recursive: true })
  }
}

test('dubosson.csv: nine people are too few for any verdict', { skip: without('dubosson') }, () => {
  const { text, report } = audited('dubosson', 'dubosson')
  assert.match(text, /^dubosson: no verdict\.\n +9 patients: no verdict under 20\.\n/)
  for (const { rungs, verdict, marks } of report.elements.filter(({ kind }) => kind !== 'training')) {
    assert.deepEqual([verdict.choice, verdict.why], ['undecided', '9 patients: no verdict under 20'])
    assert.ok(rungs.length > 0 && rungs.every(({ frozen }) => 'why' in frozen.aWeek))
    assert.ok(marks.every(mark => mark === null))
  }
})

/**
 * The audit of real readings, if the data is present: nine people, and fifty-seven. Losses of recall are near those of a prototype in
 * another language, whose budget counted decisions about people who are low already.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { AuditReport } from 'spillway/audit'
import { scratchFolder } from '../../test/scratch.ts'
import { here, spillway } from './spillway-command.ts'

/** Beside the checkout, not part of it. */
const real = (name: string): string => here(`../../../shared/data/cgm/${name}.csv`)
const without = (name: string) => (existsSync(real(name)) ? false : `no ../shared/data/cgm/${name}.csv beside the checkout`)

function audited(study: string, file: string): { readonly text: string; readonly report: AuditReport } {
  const out = scratchFolder('audit-cgm')
  const text = spillway(
    'audit',
    here(`${study}.ts`),
    '--source',
    `readings=${real(file)}`,
    '--out',
    out,
    '--plans',
    '40',
    '--draws',
    '2000',
  )
  return { text, report: JSON.parse(readFileSync(join(out, 'audit.json'), 'utf8')) as AuditReport }
}

test('dubosson.csv: nine people are too few for any verdict', { skip: without('dubosson') }, () => {
  const { text, report } = audited('dubosson', 'dubosson')
  assert.match(text, /^dubosson: No verdict\.\n9 patients: no verdict under 20\.\n/)
  for (const { kind, levels, verdict, marks } of report.elements.filter(({ kind }) => kind !== 'training')) {
    // An element of no plan has no verdict, whatever the number of people.
    if (kind === 'groups') assert.equal(verdict.choice, 'by the plan')
    else assert.deepEqual([verdict.choice, verdict.why], ['undecided', '9 patients: no verdict under 20'])
    assert.ok(levels.length > 0 && levels.every(({ withoutRetraining }) => 'why' in withoutRetraining.perWeek))
    assert.ok(marks.every(mark => mark === null))
  }
})

test(
  'hall.csv: with a model that is trained for each age five minutes take a tenth of the lows, and an hour more than a quarter',
  { skip: without('hall') },
  () => {
    const { text, report } = audited('hall-trained', 'hall')
    const recent = report.elements.find(({ element }) => element === 'group/recent')!
    const { retrained } = report.utility
    const fresh = 'why' in retrained ? assert.fail(retrained.why) : retrained.recall
    const found = [5, 60].map(minutes => {
      const { withRetraining } = recent.levels.find(({ age }) => age === minutes * 60_000)!
      return 'why' in withRetraining || 'why' in withRetraining.perWeek
        ? assert.fail(JSON.stringify(withRetraining))
        : { lost: fresh! - withRetraining.performance.recall!, high: withRetraining.perWeek.high }
    })
    assert.ok(found.every(({ high }) => high < 0))
    assert.ok(found[0].lost > 0.09 && found[0].lost < 0.18, String(found[0].lost))
    assert.ok(found[1].lost > 0.28 && found[1].lost < 0.45, String(found[1].lost))
    const usual = report.elements.find(({ element }) => element === 'group/usual')!
    const old = usual.levels.at(-1)!.withRetraining
    assert.ok('performance' in old && old.performance.recall! > fresh! - 0.05, 'three days may be a day old')
    assert.match(text, /\nCONFIDENCE +low: only 30 patients and /)
    assert.deepEqual(
      recent.verdict.breakEven && 'why' in recent.verdict.breakEven && recent.verdict.breakEven.why,
      '57 patients, 15 of them judged: no verdict under 20',
    )
  },
)

/** `spillway audit` as a user calls it: files with other column names, a table, a page, and errors with their fix. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { AuditReport } from '../../src/audit/domain/audit-report.ts'
import { plantHistory } from '../audit/planted-world.ts'
import { called } from './called.ts'
import { Project } from './project.ts'

const world = new URL('../audit/planted-world.ts', import.meta.url).href
let project: Project
let files: string[]

before(() => {
  const { heats, ...others } = plantHistory({ machines: 24, days: 20 })
  project = new Project({
    'plant.ts': `export { plant as default } from '${world}'\n`,
    'heats.ndjson': heats.replaceAll('"heat":', '"celsius":'),
    ...Object.fromEntries(Object.entries(others).map(([name, text]) => [`${name}.ndjson`, text])),
  })
  files = ['heats', ...Object.keys(others)].flatMap(name => ['--source', `${name}=${project.path(`${name}.ndjson`)}`])
})
after(() => project[Symbol.dispose]())

const audit = (...args: readonly string[]) => called('audit', project.path('plant.ts'), ...args)

test('files with columns of other names are audited: a table, a page and JSON', async () => {
  const out = project.path('out')
  const { status, out: text, err } = await audit(...files, '--column', 'heats.heat=celsius', '--out', out, '--plans', '12')
  assert.equal(status, 0, err)
  assert.match(text, /^plant: /)
  assert.match(text, /^ELEMENT +NOW/m)
  assert.match(text, /^COST +\$/m)
  assert.ok(text.trimEnd().split('\n').length <= 25, text)
  const report = JSON.parse(readFileSync(project.path('out/audit.json'), 'utf8')) as AuditReport
  assert.equal(report.format, 'spillway-audit/3')
  assert.equal(report.history.decisions, 24 * 20 * 24)
  assert.ok(report.reproduce.command.includes(` --out ${out} `), report.reproduce.command)
  const heat = report.elements.find(({ element }) => element === 'group/heat')!
  assert.ok(heat.levels.length >= 5)
  const old = heat.levels.find(({ age }) => age >= 3_600_000)!.withoutRetraining.perWeek
  assert.ok(!('why' in old) && old.high < 0, 'an hour later the machine is another')
  assert.match(readFileSync(project.path('out/audit.html'), 'utf8'), /^<!doctype html>/i)
  assert.doesNotMatch(text, /Since the report/)
})

test('an audit beside an earlier report says what changed, behind the verdict', async () => {
  const path = project.path('out/audit.json')
  const report = JSON.parse(readFileSync(path, 'utf8')) as AuditReport
  writeFileSync(path, JSON.stringify({ ...report, summary: { ...report.summary, recommendation: 'Keep it all.' } }))
  const { status, out, err } = await audit(...files, '--column', 'heats.heat=celsius', '--out', project.path('out'), '--plans', '12')
  assert.equal(status, 0, err)
  assert.match(out, /^plant: /)
  assert.match(out, /\nSince the report of 20\d\d-[\d-]+T[\d:.]+Z:\n {2}recommendation: .+ Before: Keep it all\.$/)
})

test('the log of a run is a history as its files are, and gets objectives of freshness', async () => {
  const data = project.path('data')
  const plain = new Project({
    'plant.ts': `export { plant as default } from '${world}'\n`,
    'heats.ndjson': plantHistory({ machines: 24, days: 20 }).heats,
  })
  try {
    const own = files.map(arg => (arg.startsWith('heats=') ? `heats=${plain.path('heats.ndjson')}` : arg))
    const replayed = await called('replay', project.path('plant.ts'), ...own, '--log', data, '--show', '0')
    assert.equal(replayed.status, 0, replayed.err)
    const { status, out, err } = await audit('--data', data, '--json', '--out', project.path('logged'), '--plans', '4')
    assert.equal(status, 0, err)
    const report = JSON.parse(out) as AuditReport
    const fromFiles = JSON.parse(readFileSync(project.path('out/audit.json'), 'utf8')) as AuditReport
    assert.equal(report.reproduce.decisions, fromFiles.reproduce.decisions)
    assert.ok(report.elements.find(({ element }) => element === 'group/heat')!.levels.some(({ setting }) => setting.kind === 'trace'))
    assert.match(readFileSync(project.path('data/objectives.json'), 'utf8'), /spillway-objectives/)
  } finally {
    plain[Symbol.dispose]()
  }
})

test('a wrong option is an error that says how to write it', async () => {
  const wrong = async (args: readonly string[], message: RegExp, expected: number): Promise<void> => {
    const { status, err } = await audit(...args)
    assert.match(err, message)
    assert.equal(status, expected)
  }
  await wrong([], /give a history: --source NAME=FILE of each source, or --data DIR/, 2)
  await wrong(['--source', 'heats'], /--source heats is not NAME=FILE/, 2)
  await wrong([...files, '--column', 'heat=celsius'], /is not SOURCE\.COLUMN=FIELD/, 2)
  await wrong([...files, '--column', 'heats.heet=celsius'], /source 'heats' has no column 'heet'; did you mean 'heat'/, 1)
  await wrong([...files, '--draws', '5'], /--draws 5 is not a whole number from 100/, 2)
  await wrong([...files, '--model', 'failng'], /has no model 'failng'; did you mean 'failing'/, 1)
  await wrong([...files, '--column', 'heats.heat=celsius', '--prices', project.path('none.json')], /none\.json/, 1)
  await wrong(files, /heats\.ndjson has no column 'heat', which source 'heats' needs; .*--column heats\.heat=FIELD; there is celsius/, 1)
  await wrong(files.slice(2), /no file for source 'heats': add --source heats=FILE/, 1)
  await wrong(files.slice(0, -2), /no file for source 'results', which has the outcomes: add --source results=FILE/, 1)
})

/** The project of `spillway init --from FILE` audits that very file without arguments, whatever its form, and reports the guesses. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { AuditReport } from '../../src/audit/domain/audit-report.ts'
import { connectDuckDB, sqlLiteral } from '../../src/files/parquet/duckdb.ts'
import { called } from './called.ts'
import { deliveries, type Delivery } from './deliveries.ts'
import { Project } from './project.ts'

const rows = deliveries({ kitchens: 24, days: 16 })
const late = rows.filter(row => row.late).length

const two = (number: number): string => String(number).padStart(2, '0')

/** `31.12.2025 14:05:09`. */
function dayFirst(ms: number): string {
  const at = new Date(ms)
  const clock = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(':')
  return `${two(at.getUTCDate())}.${two(at.getUTCMonth() + 1)}.${at.getUTCFullYear()} ${clock}`
}

const files: Readonly<Record<string, (row: Delivery) => string>> = {
  // Unusual headers, dates in local formats, 0 and 1, and no column that identifies an order.
  'Deliveries 2025.csv': ({ kitchen, placed, items, tickets, late }) => [kitchen, dayFirst(placed), items, tickets, Number(late)].join(';'),
  'seconds.ndjson': ({ order, kitchen, placed, items, tickets, late }) =>
    JSON.stringify({ id: `o${order}`, kitchen, placed_at: placed / 1000, items, tickets, outcome: late ? 'late' : 'on time', lines: [1] }),
}

interface InitOutput {
  readonly source: string
  readonly events: string
  readonly audit: { readonly sources: readonly string[]; readonly guessed: readonly string[]; readonly command: string }
}

let project: Project
const outputs = new Map<string, InitOutput>()

before(async () => {
  project = new Project({
    ...Object.fromEntries(Object.entries(files).map(([name, lineOf]) => [name, rows.map(lineOf).join('\n')])),
    'Deliveries 2025.csv': ['Kitchen;Placed at;Items;"Open tickets";Late?', ...rows.map(files['Deliveries 2025.csv'])].join('\n'),
    'quantities.csv': [
      'sensor,at,heat',
      ...rows.slice(0, 500).map(row => `${row.kitchen},${new Date(row.placed).toISOString()},${row.tickets}.5`),
    ].join('\n'),
  })
  for (const name of ['typescript', '@types/node']) project.link(`node_modules/${name}`, `node_modules/${name}`)
  await writeParquet(project.path('warehouse.parquet'))
  for (const [folder, file] of origins) {
    const { status, out, err } = await called('init', project.path(folder), '--from', project.path(file), '--json')
    assert.equal(status, 0, err)
    outputs.set(folder, JSON.parse(out) as InitOutput)
  }
})
after(() => project[Symbol.dispose]())

const origins = new Map([
  ['csv', 'Deliveries 2025.csv'],
  ['ndjson', 'seconds.ndjson'],
  ['parquet', 'warehouse.parquet'],
])

/** Other names, and local times. */
async function writeParquet(path: string): Promise<void> {
  const connection = await connectDuckDB()
  const values = rows
    .map(row => `(${row.order}, ${sqlLiteral(row.kitchen)}, ${row.placed}, ${row.items}, ${row.tickets}, ${row.late})`)
    .join(', ')
  const select = 'o AS "Order No", k AS site, epoch_ms(p::BIGINT) AS "Placed", i AS items, t AS "Open tickets", l AS was_late'
  await connection.run(`COPY (SELECT ${select} FROM (VALUES ${values}) v(o, k, p, i, t, l)) TO ${sqlLiteral(path)} (FORMAT parquet)`)
  connection.closeSync()
}

test('they type-check', async () => {
  project.write('tsconfig.json', JSON.stringify({ extends: './csv/tsconfig.json', include: ['*/*.ts'] }))
  const { status, stdout } = await project.typeCheck()
  assert.equal(status, 0, stdout)
})

for (const [folder, file] of origins)
  test(`of ${file} it is run as it is printed, finds what freshness is worth, and repeats what was guessed`, async () => {
    const { audit } = outputs.get(folder)!
    assert.equal(audit.command, 'npx spillway audit')
    const ran = await project.node([project.bin, 'audit', '--plans', '4', '--json'], { cwd: folder })
    assert.equal(ran.status, 0, ran.stderr)
    const report = JSON.parse(ran.stdout) as AuditReport
    assert.deepEqual(report.assumptions.slice(0, audit.guessed.length), audit.guessed)
    assert.equal(audit.guessed.length, 3)
    assert.equal(report.history.decisions, rows.length)
    assert.ok(Math.abs(report.history.positive - late) < late / 100, `${report.history.positive} of ${late}`)
    const recent = report.elements.find(({ element }) => element === 'group/recent')!
    const dayOld = recent.levels.find(({ age }) => age === 86_400_000)!
    assert.ok(
      'perWeek' in dayOld.withRetraining && 'high' in dayOld.withRetraining.perWeek && dayOld.withRetraining.perWeek.high < 0,
      JSON.stringify(dayOld.withRetraining),
    )
    const usual = report.elements.find(({ element }) => element === 'group/usual')!
    const stale = usual.levels.find(({ age }) => age === 3_600_000)!
    assert.ok(
      'perWeek' in stale.withRetraining && 'high' in stale.withRetraining.perWeek && stale.withRetraining.perWeek.high >= 0,
      JSON.stringify(stale.withRetraining),
    )
    assert.match(report.summary.recommendation, /keep "recent"/i)
  })

test('the files of one day and one zone say the same, however they are written', () => {
  for (const [folder, written, key] of [
    ['csv', /const|function dmy/, /entity\('Kitchen', t\.string\(\)\)/],
    ['ndjson', /placed_at: Number\(raw\.placed_at\) \* 1000/, /happened: raw\.outcome === 'late', \/\/ LABEL/],
    ['parquet', /Order_No: raw\['Order No'\],[\s\S]*Placed: wall\(raw\.Placed\)/, /happened: raw\.was_late, \/\/ LABEL/],
  ] as const) {
    const text = project.read(`${folder}/pipeline.ts`)
    assert.match(text, written)
    assert.match(text, key)
    assert.match(text, /\/\/ WORTH/)
  }
  assert.match(
    project.read('csv/pipeline.ts'),
    /rowOf = .*\[raw\.Kitchen, raw\['Placed at'\], raw\.Items, raw\['Open tickets'\]\]\.join\(' '\)/,
  )
})

test('without an outcome there is nothing to audit, and the labels to write are printed', async () => {
  const { status, out, err } = await called('init', project.path('none'), '--from', project.path('quantities.csv'))
  assert.equal(status, 0, err)
  assert.match(
    out,
    /^There is nothing to audit: no column of quantities\.csv looks like the outcome of an event .*\nA first audit needs a label on the model/m,
  )
  assert.doesNotMatch(out, /spillway audit/)
  assert.doesNotMatch(project.read('none/pipeline.ts'), /LABEL/)
})

test('a person reads the command and what was guessed', async () => {
  const { status, out, err } = await called('init', project.path('said'), '--from', project.path('Deliveries 2025.csv'))
  assert.equal(status, 0, err)
  assert.match(out, /^ {2}npx spillway replay\n {2}npx spillway audit\n {2}npx spillway dev\n {2}npx spillway run$/m)
  assert.match(out, /pipeline\.ts contains guesses; correct them:\n {2}LABEL is a guess: the outcome is "Late\?" /)
})

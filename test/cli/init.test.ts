/** Projects of `spillway init`, the sample and one from a file of each format: they type-check, their tests pass, and they replay. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectDuckDB, sqlLiteral } from '../../src/files/parquet/duckdb.ts'
import { Project, type Ran } from './project.ts'

const minute = (i: number): string => new Date(Date.UTC(2026, 0, 1, 0, i)).toISOString()

/** A key, an id, money, a gap, and a field that cannot be a column. */
const orders = Array.from({ length: 200 }, (_, i) =>
  JSON.stringify({
    order_id: i,
    customer: `c${i % 9}`,
    price: 5 + (i % 7) / 4,
    note: i % 10 === 0 ? null : 'n',
    at: minute(i),
    lines: [1],
  }),
).join('\n')

/** Invalid names, and no possible key. */
const weather = ['"Observed at",Temp °C,1st wind', ...Array.from({ length: 200 }, (_, i) => `${minute(i)},${i % 30}.5,${i}`)].join('\n')

async function writeTrips(path: string): Promise<void> {
  const connection = await connectDuckDB()
  const query = `SELECT TIMESTAMP '2026-01-01' + INTERVAL (i) MINUTE AS started, (i % 11)::INTEGER AS station, i % 2 = 0 AS member, (i * 1.5)::DECIMAL(9,1) AS km FROM range(200) t(i)`
  await connection.run(`COPY (${query}) TO ${sqlLiteral(path)} (FORMAT parquet)`)
  connection.closeSync()
}

/** One process for each step of all projects together: its start costs more than the step. */
async function newProjects(): Promise<Project> {
  const project = new Project({ 'orders.ndjson': orders, 'weather-2026.csv': weather })
  for (const name of ['typescript', '@types/node']) project.link(`node_modules/${name}`, `node_modules/${name}`)
  await writeTrips(project.path('trips.parquet'))
  const bin = project.path('node_modules/spillway/src/cli/bin.ts')
  await Promise.all(
    [...origins].map(async ([folder, file]) => {
      const { source, events } = JSON.parse(
        ok(await project.spillway('init', folder, ...(file === undefined ? [] : ['--from', file]), '--json')),
      ) as { source: string; events: string }
      const args = [bin, 'replay', 'pipeline.ts', '--source', `${source}=${events}`, '--json']
      project.write(`${folder}.json`, ok(await project.node(args, { cwd: folder })))
      if (file === undefined) return
      project.write(`${folder}/live.ndjson`, project.read(`${folder}/event.json`))
      const live = [bin, 'run', '--source', `${source}=live.ndjson`, '--once', '--json']
      project.write(`${folder}.live.json`, ok(await project.node(live, { cwd: folder })))
    }),
  )
  return project
}

const origins = new Map([
  ['sample', undefined],
  ['of-ndjson', 'orders.ndjson'],
  ['of-csv', 'weather-2026.csv'],
  ['of-parquet', 'trips.parquet'],
])

function ok({ status, stdout, stderr }: Ran): string {
  assert.equal(status, 0, stdout + stderr)
  return stdout
}

let project: Project
before(async () => void (project = await newProjects()))
after(() => project[Symbol.dispose]())

test('they type-check', async () => {
  project.write('tsconfig.json', JSON.stringify({ extends: './sample/tsconfig.json', include: ['*/*.ts'] }))
  ok(await project.typeCheck())
})

test('their tests pass', async () => {
  const files = [...origins.keys()].map(folder => `${folder}/pipeline.test.ts`)
  const printed = ok(await project.node(['--test', '--test-isolation=none', '--test-reporter', 'tap', ...files]))
  assert.match(printed, /^# pass 4$/m)
})

test('they replay their files', () => {
  for (const folder of origins.keys()) {
    const [{ sources, decisions }] = project.lines(`${folder}.json`) as [
      { sources: { accepted: number; rejected: object }[]; decisions: number },
    ]
    assert.deepEqual(sources[0].rejected, {})
    assert.equal(sources[0].accepted, folder === 'sample' ? 12 : 200)
    // With an outcome a second model decides, and the file feeds a second source.
    assert.equal(decisions, sources[0].accepted * (folder === 'of-parquet' ? 2 : 1))
  }
})

test('their runs accept a live record, the last one of the file', () => {
  for (const folder of [...origins.keys()].slice(1)) {
    const [{ accepted, rejected }] = project.lines(`${folder}.live.json`) as [Record<string, number>]
    assert.deepEqual([accepted, rejected], [1, 0], folder)
  }
})

const inferred: readonly (readonly [folder: string, ...parts: RegExp[]])[] = [
  [
    'of-ndjson',
    /key: customer \(9 distinct values in 200 records, each repeated 22 times/,
    /id: order_id/,
    /left out: lines \(nested/,
    /price: t\.decimal\(2\)/,
    /note: t\.string\(\)\.nullable/,
  ],
  ['of-csv', /key: none/, /Temp_C: raw\['Temp °C'\]/, /column_1st_wind: t\.int\(\)/, /source\('weather_2026'/],
  ['of-parquet', /entity\('station', t\.int\(\)\)/, /km: t\.decimal\(1\)/, /mean_km: e\.km\.mean/, /happened: raw\.member, \/\/ LABEL/],
]
for (const [folder, ...parts] of inferred)
  test(`the inference ${folder.replace('-', ' ')}`, () => {
    const text = project.read(`${folder}/pipeline.ts`)
    for (const part of parts) assert.match(text, part)
  })

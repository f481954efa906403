import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'node:test'
import { testing } from 'spillway/testing'
import { scratchFolder } from '../../test/scratch.ts'
import pipeline, { activity, history, morningList, risk, symptoms } from './case-study.ts'
import { hypo, readings } from './glucose.ts'
import type { Upload } from './reading.ts'

const start = Date.UTC(2026, 0, 5)
const HOUR = 3_600_000
const time = (ms: number): string => new Date(start + ms).toISOString()
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** Readings every half hour of the first day; the source maps them. */
const day = (patient: string, glucose: (i: number) => number): Upload[] =>
  Array.from({ length: 48 }, (_, i) => ({ patient, glucose: glucose(i), at: time(i * 1_800_000) }))

test('each morning at seven whoever is at risk, by what the night has computed', async () => {
  const run = await testing(pipeline, { at: start })
  const uploads = [...day('steady', () => 120), ...day('low', i => (i % 4 === 0 ? 50 : 120))]
  await run.send(
    readings,
    uploads.sort((a, b) => Date.parse(a.at) - Date.parse(b.at)),
  )
  await run.send(symptoms, [{ patient: 'low', kind: 'shaky', severity: 3, at: time(20 * HOUR), uploaded: time(24 * HOUR) }])
  await run.send(activity, [{ patient: 'steady', steps: 9000, at: time(21 * HOUR), uploaded: time(24 * HOUR) }])
  await run.advance({ to: time(48 * HOUR) })
  const reports = run.report(morningList)
  // 7:00 in Zurich is 6:00 UTC; the report includes events that arrived by 1:00 UTC (2:00 there).
  assert.deepEqual(
    reports.map(({ t, live }) => [(t - start) / HOUR, live]),
    [
      [6, 2],
      [30, 2],
    ],
  )
  const [{ key, score, vector, stale, age }, ...others] = reports[1].rows
  assert.deepEqual([key, others.length, stale], ['low', 0, false])
  assert.equal(age['history(patient)'], 5 * HOUR)
  assert.deepEqual([vector.gri, vector.entries, vector.worst, vector.steps, vector.wear], [75, 1, 3, null, 48 / 864])
  // At midnight the run of the night before is still the latest.
  const decided = run.decisions(risk).findLast(one => one.key === 'low')!
  assert.deepEqual([decided.t, decided.vector, decided.score], [start + 48 * HOUR, vector, score])
  assert.ok(run.decisions(hypo).some(one => one.key === 'low' && one.score === 0.95))
  assert.equal(run.features(history, 'steady').readings, 48)
})

test('the morning list is a file for each morning, and the list of a moment has alerts and risk', () => {
  const folder = scratchFolder('list')
  const at = (name: string) => join(folder, name)
  const node = (...args: string[]) => spawnSync(process.execPath, ['-C', 'spillway-source', ...args], { encoding: 'utf8' })
  const size = ['--patients', '12', '--days', '4', '--seed', '7']
  assert.equal(node(here('generate.ts'), ...size, '--out', at('clinic.ndjson')).status, 0)
  assert.equal(node(here('diary.ts'), ...size, '--out', folder).status, 0)
  const files = ['readings=clinic', 'activity=activity', 'symptoms=symptoms'].flatMap(pair => {
    const [name, path] = pair.split('=')
    return ['--source', `${name}=${at(`${path}.ndjson`)}`]
  })
  const cli = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url))
  const { stdout, stderr, status } = node(
    cli,
    'replay',
    here('case-study.ts'),
    ...files,
    '--reports',
    at('lists'),
    '--out',
    at('d.ndjson'),
    '--json',
  )
  assert.equal(status, 0, stderr)
  const summary = JSON.parse(stdout) as { reports: { count: number; rows: number }[]; sources: { rejected: object }[] }
  assert.deepEqual(
    summary.sources.map(({ rejected }) => rejected),
    [{}, {}, {}],
  )
  assert.equal(summary.reports[0].count, 4)
  const lists = readdirSync(at('lists/morning-list')).sort()
  assert.equal(lists[0], '2026-01-05T07-00.csv')
  const scores = readFileSync(at(`lists/morning-list/${lists[3]}`), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map(row => Number(row.split(',')[2]))
  assert.ok(scores.length >= 2 && scores.every((score, i) => i === 0 || score <= scores[i - 1]), String(scores))
  const list = node(here('list.ts'), '--decisions', at('d.ndjson'), '--lists', at('lists/morning-list'), '--at', '2026-01-08T12:00:00Z')
  assert.match(list.stdout, /^alerts, 2026-01-08 12:00 UTC\n[^]*\nrisk, the list of 2026-01-08T06:00:00\.000Z\n {2}p\d+ +0\.\d\d {2}GRI /)
})

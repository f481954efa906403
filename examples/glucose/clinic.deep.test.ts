/** The whole clinic at a small size, in separate processes: readings over HTTP, pages to a receiver, a `kill -9` with a page in flight. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import test from 'node:test'
import { alerts, faults } from './account.ts'
import { arrivals } from './arrivals.ts'
import { requestOf } from './clinic.ts'
import type { Page } from './pages.ts'
import { here } from './spillway-command.ts'

const clinic = (...args: string[]) => {
  const { NODE_V8_COVERAGE: _, ...env } = process.env
  return spawnSync(process.execPath, ['-C', 'spillway-source', here('clinic.ts'), ...args], { encoding: 'utf8', env })
}

test('a run that is killed with a page on its way goes on, sends it again under its key, and loses nothing', () => {
  const { status, stdout, stderr } = clinic('--patients', '200', '--seconds', '3', '--kill-after', '0')
  assert.equal(status, 0, stdout + stderr)
  assert.equal(stderr, '')
  const [, patient] = /the page about (p\d+) is here and not acknowledged: kill -9 \d+\n/.exec(stdout) ?? []
  assert.match(stdout, new RegExp(`process \\d+ goes on, .*\\n(.*\\n)*.*${patient} comes again, under the same key`))
  const [, sent, logged] = /readings +(\d+) sent, (\d+) in the log/.exec(stdout) ?? []
  assert.ok(Number(sent) > 900 && sent === logged, stdout)
  assert.match(stdout, /pages +[1-9]\d*: [^]*[1-9]\d* came again under their key, 0 wait for the next run/)
  assert.match(stdout, /Nothing was lost, and nobody was paged under two keys\.\n$/)
})

test('an unknown argument is an error', () => {
  assert.throws(() => requestOf(['--patients', 'many']), /--patients many is no whole number from 1 to 100000/)
  assert.throws(() => requestOf(['--seconds', '10', '--kill-after', '11']), /--kill-after 11 is no whole number from 0 to 10/)
  assert.throws(() => requestOf(['--patience', '1']), /Unknown option '--patience'/)
  assert.deepEqual([clinic('--seconds', '0').status, clinic('--help').status], [2, 0])
})

test('the clinic is the same whenever it opens: the half hour before noon, and what comes then', () => {
  const opens = Date.UTC(2026, 0, 5, 9, 30, 17)
  const all = [...arrivals(20, 7, opens, 600)]
  const later = [...arrivals(20, 7, opens + 1234, 600)]
  assert.deepEqual(
    all.map(({ due }) => due + 1234),
    later.map(({ due }) => due),
  )
  assert.ok(all.every(({ due }, i) => due >= opens - 1_800_000 && due <= opens + 600_000 && (i === 0 || due >= all[i - 1].due)))
  const readings = all.map(({ line }) => JSON.parse(line) as { patient: string; at: string })
  assert.ok(readings.every(({ at }, i) => Date.parse(at) <= all[i].due && all[i].due - Date.parse(at) < 60_000))
  assert.equal(new Set(all.map(({ line }) => line)).size, all.length)
  assert.ok(all.length > 20 * 6 && new Set(readings.map(({ patient }) => patient)).size > 15)
})

test('a page that is missing, in excess or under two keys is found', async () => {
  async function* decisions() {
    for (const [key, t, score] of [
      ['a', 1, 0.1],
      ['a', 2, 0.8],
      ['a', 3, 0.9],
      ['b', 2, 0.95],
      ['c', 2, null],
    ] as const)
      yield { key, t, score }
  }
  const expected = await alerts(decisions())
  assert.deepEqual(
    [...expected],
    [
      ['a', 2],
      ['b', 2],
    ],
  )
  const page = (key: string, patient: string, t: number): Page => ({ key, patient, t, score: 0.9, due: t, received: t })
  assert.deepEqual(faults(expected, [page('1', 'a', 2), page('2', 'b', 2)]), [])
  const found = faults(expected, [page('1', 'a', 2), page('2', 'a', 2), page('3', 'c', 2)])
  assert.deepEqual(
    found.map(text => text.replace(/ \d\d:.*?,/, ',')),
    ['a was paged under two keys, 1 and 2', 'c was paged for, and no decision there asks for it', 'b scored 0.8 at, and nobody was paged'],
  )
})

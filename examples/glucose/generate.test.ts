import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { chunks, requestOf } from './generate.ts'
import type { Planted } from './planted.ts'
import { measured, type Upload } from './reading.ts'
import { here, spillway } from './spillway-command.ts'
import { Uploads } from './uploads.ts'

const TICK = 5 * 60_000
const HALF_HOUR = 6 * TICK

interface Decision {
  readonly t: number
  readonly key: string
  readonly vector: { readonly level: number; readonly readings: number }
}

const generate = (...args: string[]) => spawnSync(process.execPath, [here('generate.ts'), ...args], { encoding: 'utf8' })

/** Expected state at each tick, computed naively: the last value of each patient with a reading within half an hour, and their number. */
function* knownAt(uploads: readonly Upload[]): Generator<readonly [t: number, patient: string, level: number, readings: number]> {
  const known = new Map<string, Map<number, number>>()
  const arrivals = uploads.map(({ uploaded }) => Date.parse(uploaded!))
  let next = 0
  for (let t = Math.ceil(arrivals[0] / TICK) * TICK; t <= arrivals.at(-1)!; t += TICK) {
    for (; arrivals[next] <= t; next++) {
      const { patient, glucose, at } = uploads[next]
      const values = known.get(patient) ?? new Map<number, number>()
      known.set(patient, values.set(Date.parse(at), Number(measured(glucose).glucose)))
    }
    for (const patient of [...known.keys()].sort()) {
      const values = known.get(patient)!
      for (const at of values.keys()) if (at < t - HALF_HOUR) values.delete(at)
      if (values.size > 0) yield [t, patient, values.get(Math.max(...values.keys()))!, values.size]
    }
  }
}

const linesOf = <T>(path: string): T[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as T)

test('the pipeline finds in a clinic what was planted in it, rejects nothing, and knows at each tick what was known', () => {
  const out = scratchFolder('glucose')
  const shares = ['--backfills', '0.2', '--revisions', '0.3', '--extremes', '0.2']
  const { stdout, stderr } = generate(
    '--patients',
    '20',
    '--days',
    '5',
    '--seed',
    '8', // a day is then smoothed within minutes of its end, so that decisions see revisions
    ...shares,
    '--summary',
    '--out',
    join(out, 'c.ndjson'),
  )
  assert.equal(stderr, '')
  const planted = JSON.parse(stdout) as Planted
  assert.ok(planted.late > 500 && planted.duplicates > 5000 && planted.revised > 500 && planted.codesAsWords > 20, stdout)
  const files = ['--source', `readings=${join(out, 'c.ndjson')}`, '--out', join(out, 'd.ndjson')]
  const summary = JSON.parse(spillway('replay', here('glucose.ts'), ...files, '--json'))
  assert.deepEqual(summary.sources, [
    {
      source: 'readings',
      records: planted.records,
      skipped: 0,
      accepted: planted.readings + planted.revised,
      duplicates: planted.duplicates,
      late: planted.late,
      ahead: 0,
      rejected: {},
    },
  ])
  const decisions = linesOf<Decision>(join(out, 'd.ndjson'))
  assert.deepEqual(
    decisions.map(({ t, key, vector }) => [t, key, vector.level, vector.readings]),
    [...knownAt(linesOf<Upload>(join(out, 'c.ndjson')))],
  )
})

test('the same bytes on every machine', () => {
  const { stdout } = generate('--patients', '5', '--days', '3', '--seed', '7')
  assert.equal(createHash('sha256').update(stdout).digest('hex').slice(0, 16), '74120b4404f3b94c')
})

test('a file holds what standard output would, and the summary goes where the records do not', () => {
  const out = scratchFolder('glucose')
  const args = ['--patients', '3', '--days', '1', '--summary']
  const toOutput = generate(...args)
  const toFile = generate(...args, '--out', join(out, 'c.ndjson'))
  assert.equal(readFileSync(join(out, 'c.ndjson'), 'utf8'), toOutput.stdout)
  assert.equal(toFile.stdout, toOutput.stderr)
})

test('times are those of the start, to the second', async () => {
  const request = requestOf([
    '--patients',
    '1',
    '--days',
    '1',
    '--start',
    '2024-02-29',
    '--gaps',
    '0',
    '--backfills',
    '0',
    '--without-id',
    '0',
  ])
  const lines = (await textOf(request)).trimEnd().split('\n')
  const last = JSON.parse(lines.at(-1)!) as Record<string, string>
  assert.match(lines[0], /^\{"patient":"p0","glucose":\d+,"at":"2024-02-29T00:0\d:\d\dZ","uploaded":"2024-02-29T00:0\d:\d\dZ","id":"0"\}$/)
  assert.match(last['at'], /^2024-02-29T23:5/)
})

test('paced and by rate it is the same text, when it is due', async () => {
  const request = requestOf(['--patients', '2', '--days', '1'])
  const text = await textOf(request)
  const pieces: string[] = []
  for await (const piece of chunks(new Uploads(request), { ...request, rate: 2000 })) pieces.push(piece)
  assert.equal(pieces.join(''), text)
  assert.ok(pieces.length > 2, `${pieces.length} pieces`)
  assert.equal(await textOf({ ...request, pace: 400_000 }), text)
  assert.equal(await textOf({ ...request, pace: 1, passed: 86_400 }), text)
})

test('a reader of the beginning alone ends it', () => {
  const script = `"${process.execPath}" "${here('generate.ts')}" --patients 1000 --days 30 | head -n 1`
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
  assert.equal(stdout.split('\n').length, 2)
  assert.equal(stderr, '')
})

test('an unknown argument is an error', () => {
  const says = (args: string[], message: RegExp) => assert.throws(() => requestOf(args), message)
  says(['--patients', 'many'], /--patients many is no whole number from 0 to 2000000/)
  says(['--days', ''], /--days {2}is no whole number/)
  says(['--lows', '1.5'], /--lows 1.5 is no number from 0 to 1/)
  says(['--start', '2026-02'], /--start 2026-02 is no day/)
  says(['--pace', '60'], /--pace 60 is no pace; write --pace 60x/)
  says(['--pace', '0x'], /at least 0.01x/)
  says(['--rate', '0'], /--rate 0 is no whole number from 1/)
  says(['--pace', '60x', '--rate', '5'], /--pace and --rate are one too many/)
  says(['--patience', '1'], /Unknown option '--patience'/)
  const { status, stderr, stdout } = generate('--days', '-1')
  assert.deepEqual([status, stdout], [2, ''])
  assert.match(stderr, /usage: node generate.ts/)
  const nowhere = generate('--patients', '1', '--days', '1', '--out', here('nowhere/c.ndjson'))
  assert.deepEqual([nowhere.status, nowhere.stderr.includes('usage'), nowhere.stderr.includes('ENOENT')], [1, false, true])
  assert.match(generate('--help').stdout, /--compressions S +0.1 unless given/)
  const { start, passed } = requestOf(['--start', 'today'])
  assert.ok(start % 86_400_000 === 0 && passed >= 0 && passed < 86_500)
})

async function textOf(request: ReturnType<typeof requestOf>): Promise<string> {
  let text = ''
  for await (const piece of chunks(new Uploads(request), request)) text += piece
  return text
}

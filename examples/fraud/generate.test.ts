import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { scratchFolder } from '../../test/scratch.ts'
import { chunks } from './generate.ts'
import { linesOf, type Line } from './lines.ts'
import { requestOf } from './request.ts'
import { Simulator, type Planted } from './simulator.ts'

const script = fileURLToPath(new URL('generate.ts', import.meta.url))
const generate = (...args: string[]) => spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' })
const small = ['--customers', '200', '--terminals', '400', '--days', '20', '--card-testing', '40', '--seed', '5']

interface Record {
  readonly id?: string
  readonly payment?: string
  readonly at: string
}

test('three files in order of time: payments, each fraud seven days later, and what it was', () => {
  const folder = scratchFolder('fraud')
  const file = (name: string) => join(folder, name)
  const read = <T>(name: string) =>
    readFileSync(file(name), 'utf8')
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as T & Record)
  const files = ['--out', file('payments'), '--labels', file('labels'), '--planted', file('planted')]
  const { stdout, stderr, status } = generate(...small, ...files, '--summary')
  assert.deepEqual([stderr, status], ['', 0])
  const planted = JSON.parse(stdout) as Planted
  const payments = read('payments')
  const labels = read<{ readonly fraud: boolean }>('labels')
  const truth = read<{ readonly scenario: string; readonly burst?: number; readonly test?: boolean }>('planted')
  assert.equal(payments.length, planted.payments)
  assert.ok(planted.marked.testing > 100 && planted.frauds > planted.marked.testing)
  assert.deepEqual(
    payments.map(({ id }) => id),
    payments.map((_, i) => String(i)),
  )
  for (const lines of [payments, labels])
    assert.deepEqual(
      lines,
      lines.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)),
    )
  assert.deepEqual(
    labels.map(({ payment, fraud, at }) => [payment, fraud, Date.parse(at) - 7 * 86_400_000]),
    truth.map(({ payment }) => [payment, true, Date.parse(payments[Number(payment)].at)]),
  )
  assert.equal(new Set(truth.map(({ payment }) => payment)).size, planted.frauds)
  assert.equal(new Set(truth.flatMap(({ burst }) => burst ?? [])).size, planted.bursts)
  for (const { scenario, burst, test } of truth) assert.equal(scenario === 'testing', burst !== undefined && test !== undefined)
})

test('a payment is a line, the same on every machine', () => {
  const { stdout } = generate(...small)
  assert.match(stdout, /^\{"id":"0","card":"c\d+","terminal":"t\d+","amount":\d+\.\d\d,"at":"2018-04-01T0\d:\d\d:\d\dZ"\}\n/)
  assert.equal(createHash('sha256').update(stdout).digest('hex').slice(0, 16), '8a3464e4512f688e')
})

test('a label stands behind the payments before it and ahead of those after it', () => {
  let last = -Infinity
  const kinds = new Map<Line['to'], number>()
  for (const { to, at } of linesOf(new Simulator(requestOf(small)), 0)) {
    assert.ok(at >= last)
    last = at
    kinds.set(to, (kinds.get(to) ?? 0) + 1)
  }
  assert.equal(kinds.get('labels'), kinds.get('planted'))
})

test('paced and by rate it is the same text, when it is due', async () => {
  const request = requestOf([...small, '--days', '3'])
  const piecesOf = async (options: Partial<typeof request>): Promise<string[]> => {
    const pieces: string[] = []
    for await (const { to, text } of chunks(new Simulator(request), { ...request, ...options })) if (to === 'payments') pieces.push(text)
    return pieces
  }
  const [all, ...more] = await piecesOf({})
  assert.equal(more.length, 0)
  const byRate = await piecesOf({ rate: 5000 })
  assert.equal(byRate.join(''), all)
  assert.ok(byRate.length > 2, `${byRate.length} pieces`)
  assert.equal((await piecesOf({ pace: 1_000_000 })).join(''), all)
  assert.equal((await piecesOf({ pace: 1, passed: 3 * 86_400 })).join(''), all)
  // The frauds of the last day become known a week later.
  assert.equal((await piecesOf({ pace: 1, passed: 10 * 86_400, labels: 'asked for' })).join(''), all)
})

test('a reader of the beginning alone ends it', () => {
  const { stdout, stderr } = spawnSync('bash', ['-c', `"${process.execPath}" "${script}" | head -n 1`], { encoding: 'utf8' })
  assert.equal(stdout.split('\n').length, 2)
  assert.equal(stderr, '')
})

test('an unknown argument is an error', () => {
  const says = (args: string[], message: RegExp) => assert.throws(() => requestOf(args), message)
  says(['--customers', 'many'], /--customers many is no whole number from 1 to 500000/)
  says(['--days', ''], /--days {2}is no whole number/)
  says(['--card-testing', '0.5'], /--card-testing 0.5 is no whole number from 0/)
  says(['--start', '2018-04'], /--start 2018-04 is no day/)
  says(['--pace', '60'], /--pace 60 is no pace; write --pace 60x/)
  says(['--rate', '0'], /--rate 0 is no whole number from 1/)
  says(['--pace', '60x', '--rate', '5'], /--pace and --rate are one too many/)
  says(['--cards', '1'], /Unknown option '--cards'/)
  const { status, stderr, stdout } = generate('--days', '-1')
  assert.deepEqual([status, stdout], [2, ''])
  assert.match(stderr, /usage: node generate.ts/)
  const nowhere = generate('--days', '1', '--out', join(script, 'nowhere'))
  assert.deepEqual([nowhere.status, nowhere.stderr.includes('usage'), nowhere.stderr.includes('ENOTDIR')], [1, false, true])
  assert.match(generate('--help').stdout, /--card-testing N +bursts of card testing a day for each 5000 customers: 4 unless given/)
  const { start, passed } = requestOf(['--start', 'today'])
  assert.ok(start % 86_400_000 === 0 && passed >= 0 && passed < 86_500)
})

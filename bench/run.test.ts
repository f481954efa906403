import assert from 'node:assert/strict'
import test from 'node:test'
import { inTurn, median, peerIfThere, MissingPeerError, ratioOf, type Bench, type Figure } from './bench.ts'
import { number, tableOf } from './report.ts'
import { exitCode, lastLine, runBench } from './run.ts'

const figure: Figure = {
  bench: 'toy',
  unit: 'events/s',
  spillway: 1_234_567,
  peer: { name: 'duckdb', version: 'v1', value: 100_000 },
  ratio: 12.34567,
  rounds: 3,
  settings: { small: true },
}
const bench = (run: Bench['run']): Bench => ({ name: 'toy', run })
const options = { small: true, progress: () => {} }

test('times each side once a round, and rotates the side that is first', async () => {
  const order: string[] = []
  const seconds = await inTurn(3, { ours: () => order.push('ours'), peer: async () => order.push('peer') }, 0)
  assert.deepEqual(order, ['ours', 'peer', 'peer', 'ours', 'ours', 'peer'])
  for (const side of [seconds.ours.wall, seconds.ours.cpu, seconds.peer.wall, seconds.peer.cpu]) {
    assert.equal(side.length, 3)
    assert.ok(side.every(second => second >= 0))
  }
})

test('the median of an even number of rounds is the mean of the middle two', () => {
  assert.equal(median([5, 1, 100]), 5)
  assert.equal(median([4, 1, 100, 2]), 3)
})

test('a ratio above 1 means that Spillway is better, for rates and for times', () => {
  assert.equal(ratioOf('higher', 12, 4), 3)
  assert.equal(ratioOf('lower', 4, 12), 3)
})

test('a result that differs or a bound that was missed is exit code 1', async () => {
  const passing = await runBench(
    bench(async () => ({ figure, failures: [] })),
    options,
  )
  const failed = await runBench(
    bench(async () => ({ figure, failures: ['3 of 100 rows differ'] })),
    options,
  )
  assert.equal(exitCode([passing]), 0)
  assert.equal(exitCode([passing, failed]), 1)
})

test('a peer that is missing is exit code 2 and gives no figure', async () => {
  const missing = await runBench(
    bench(async () => {
      throw new MissingPeerError('feast', 'npm run peers -- feast')
    }),
    options,
  )
  assert.equal(exitCode([missing]), 2)
  assert.deepEqual(JSON.parse(lastLine([missing])), { bench: 'toy', missing: 'the peer feast is not installed; npm run peers -- feast' })
})

test('at a small size a peer may be missing, and the figure says so', async () => {
  const missing = new MissingPeerError('feast', 'npm run peers -- feast')
  const start = () => Promise.reject(missing)
  assert.equal(await peerIfThere(start, options), missing)
  await assert.rejects(peerIfThere(start, { ...options, small: false }), MissingPeerError)
  await assert.rejects(
    peerIfThere(() => Promise.reject(new TypeError('broken')), options),
    TypeError,
  )
  assert.equal(await peerIfThere(async () => 7, options), 7)
  const alone = { ...figure, peer: null, ratio: null, peerMissing: missing.message }
  assert.match(tableOf({ figure: alone, failures: [] }), /\n {2}the peer feast is not installed; npm run peers -- feast\n/)
  assert.match(tableOf({ figure: { ...figure, peer: null, ratio: null }, failures: [] }), /\n {2}no peer does this work\n/)
})

test('rethrows any other error of a bench', async () => {
  const broken = bench(async () => {
    throw new TypeError('broken')
  })
  await assert.rejects(runBench(broken, options), TypeError)
})

test('the last line is one object with the published fields', async () => {
  const passing = await runBench(
    bench(async () => ({ figure, failures: [] })),
    options,
  )
  assert.deepEqual(JSON.parse(lastLine([passing])), figure)
  assert.deepEqual(JSON.parse(lastLine([passing, passing])), { bench: 'all', benches: [figure, figure] })
})

test('the table says units, the peer with its version, and what failed', () => {
  const table = tableOf({ figure, failures: ['too slow'] })
  assert.match(table, /^toy: 1,230,000 events\/s\n {2}duckdb v1: 100,000 events\/s\n {2}ratio 12.3 /)
  assert.match(table, /FAILED too slow$/)
})

test('rounds that are objects are numbered', () => {
  const table = tableOf({ figure: { ...figure, windows: [{ p99: 1, of: [2, 3] }, { p99: 4 }] }, failures: [] })
  assert.match(table, /\n {2}windows 1\n {4}p99: 1\n {4}of: 2 3\n {2}windows 2\n {4}p99: 4$/)
})

test('numbers show three digits, small whole ones all', () => {
  assert.deepEqual([number(2_641_032), number(0.123456), number(8192), number(17.25)], ['2,640,000', '0.123', '8192', '17.3'])
})

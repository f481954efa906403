/** Verdicts about lag: Burrow's cases, and laws over random windows. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { random, type Random } from '../../base/random.ts'
import { type LagEvidence, type LagSample, lagVerdict, type LagVerdict, sourceLagVerdict } from './lag-verdict.ts'

interface BurrowCase extends Omit<LagEvidence, 'samples'> {
  readonly name: string
  readonly verdict: LagVerdict
  readonly samples: readonly (readonly [time: number, position: number, lag: number | null])[]
}

const { cases } = JSON.parse(readFileSync(join(import.meta.dirname, 'burrow-cases.json'), 'utf8')) as {
  readonly cases: readonly BurrowCase[]
}
assert.equal(cases.length, 16)

for (const { name, verdict, samples, ...evidence } of cases)
  test(`Burrow: ${name}: ${verdict}`, () => {
    const window = samples.map(([time, position, lag]) => ({ time, position, lag: lag ?? undefined }))
    assert.equal(lagVerdict({ samples: window, ...evidence }), verdict)
    const exact = window.map(sample => ({ ...sample, position: BigInt(sample.position) }))
    assert.equal(lagVerdict({ samples: exact, ...evidence }), verdict, 'positions of a log sequence number')
  })

const windowOf = (...samples: (readonly [position: number, lag: number])[]): LagSample[] =>
  samples.map(([position, lag], i) => ({ time: i * 1000, position, lag }))

test('a consumer that moves while its lag never falls is warned about, and one whose lag falls once is not', () => {
  const growing = windowOf([10, 50], [20, 60], [30, 60], [40, 70])
  assert.equal(lagVerdict({ samples: growing, lag: 70, now: 3000 }), 'WARN')
  const gaining = windowOf([10, 50], [20, 60], [30, 59], [40, 70])
  assert.equal(lagVerdict({ samples: gaining, lag: 70, now: 3000 }), 'OK')
})

test('a second step back that is not made up for is a rewind, though the first one was', () => {
  const samples = windowOf([10, 5], [50, 5], [30, 25], [60, 5], [40, 25])
  assert.equal(lagVerdict({ samples, lag: 25, now: 4000 }), 'REWIND')
})

test('a source is in error if one partition stands still or went back', () => {
  assert.equal(sourceLagVerdict([]), 'OK')
  assert.equal(sourceLagVerdict(['OK', 'WARN']), 'WARN')
  for (const verdict of ['STOP', 'STALL', 'REWIND'] as const) assert.equal(sourceLagVerdict(['OK', verdict, 'WARN']), 'ERR')
})

/** A window with every kind of movement: steps on, steps back, standing still, unknown lags, lags of zero. */
function randomEvidence(draw: Random): LagEvidence & { readonly allowedLag: number } {
  const below = (n: number): number => Math.floor(draw() * n)
  const kind = below(4)
  let position = 1000
  const samples = Array.from({ length: 1 + below(12) }, (_, i): LagSample => {
    position += kind === 0 ? 0 : kind === 1 && below(5) === 0 ? -below(300) : below(100)
    return { time: 10_000 * i + below(100), position, lag: below(8) === 0 ? undefined : below(5) === 0 ? 0 : 1 + below(50) }
  })
  const now = samples.at(-1)!.time + below(200_000)
  const recentEnds = Array.from({ length: below(3) }, () => position - 20 + below(60))
  return { samples, recentEnds, lag: below(50), now, allowedLag: below(4) * 5 }
}

test('laws of verdicts', t => {
  const draw = random(24)
  const seen = new Map<LagVerdict, number>()
  for (let i = 0; i < 20_000; i++) {
    const evidence = randomEvidence(draw)
    const { samples, recentEnds = [], now, allowedLag } = evidence
    const verdict = lagVerdict(evidence)
    seen.set(verdict, (seen.get(verdict) ?? 0) + 1)
    const context = JSON.stringify(evidence)
    assert.equal(lagVerdict({ ...evidence, lag: allowedLag }), 'OK', `caught up: ${context}`)
    const later = samples.map(sample => ({ ...sample, time: sample.time + 86_400_000 }))
    assert.equal(lagVerdict({ ...evidence, samples: later, now: now + 86_400_000 }), verdict, `shifted times: ${context}`)
    const farther = samples.map(sample => ({ ...sample, position: Number(sample.position) + 77 }))
    const fartherEnds = recentEnds.map(end => Number(end) + 77)
    assert.equal(lagVerdict({ ...evidence, samples: farther, recentEnds: fartherEnds }), verdict, `shifted positions: ${context}`)
    const lenient = lagVerdict({ ...evidence, allowedLag: allowedLag + 10 })
    assert.ok(lenient === verdict || lenient === 'OK', `a greater allowed lag: ${context}`)
    if (verdict === 'STOP') assert.equal(lagVerdict({ ...evidence, now: now + 1 }), 'STOP', `more silence: ${context}`)
    if (verdict === 'STALL') assert.ok(samples.every(({ position }) => position === samples[0].position))
  }
  t.diagnostic([...seen].map(([verdict, count]) => `${verdict} ${count}`).join(', '))
  assert.equal(seen.size, 5, 'every verdict was drawn')
})

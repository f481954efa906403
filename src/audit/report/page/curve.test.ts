import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY, estimate, HOUR, MINUTE, older, performed, sweepLevel } from '../../../../test/audit/reports/parts.ts'
import { flightsReport } from '../../../../test/audit/reports/flights.ts'
import type { ElementPart, SweepLevel } from '../../domain/element-report.ts'
import { elementCurve } from './curve.ts'

const performance = performed(1, 1, 1, 1, 1)
const why = { why: 'too few' }
const at = (
  age: number,
  withoutRetraining: SweepLevel['withoutRetraining']['perWeek'],
  withRetraining: SweepLevel['withoutRetraining']['perWeek'] = why,
): SweepLevel => sweepLevel(older(age), age, performance, { withoutRetraining, withRetraining })

const element = (levels: readonly SweepLevel[], change: Partial<ElementPart> = {}): ElementPart => ({
  element: 'group/g',
  kind: 'group',
  title: 'g',
  now: { setting: { kind: 'stream' }, title: 'stream', age: { p50: 10 * MINUTE, p95: 20 * MINUTE, from: 'measured' } },
  levels,
  incidentThreshold: why,
  plannedThreshold: why,
  verdict: { choice: 'stream', why: '' },
  marks: [],
  ...change,
})

/** The picture for wide windows. */
function drawn(levels: readonly SweepLevel[], change: Partial<ElementPart> = {}): string {
  return elementCurve('c', element(levels, change), flightsReport.utility)!.text.split('</svg>')[0]
}

const loss = estimate(-10, -20, -5)
/** The ages from left to right. */
const ages = (svg: string): string[] =>
  [...svg.matchAll(/<text class="(?:small|name)"[^>]* text-anchor="middle">([^<]*)</g)].map(([, text]) => text)

test('the current setting stands at its age', () => {
  const svg = drawn([at(MINUTE, estimate(1, -1, 3)), at(HOUR, loss), at(DAY, loss)])
  assert.deepEqual(ages(svg), ['1\u00a0min', 'now', '1\u00a0h', '1\u00a0day'])
  assert.deepEqual(ages(drawn([at(HOUR, loss)], { now: { setting: { kind: 'stream' }, title: 'stream', age: null } })), ['now', '1\u00a0h'])
})

test('no line crosses an unknown age', () => {
  const svg = drawn([at(HOUR, loss), at(2 * HOUR, loss), at(DAY, loss)])
  const gap = drawn([at(HOUR, loss), at(2 * HOUR, why), at(DAY, loss)])
  const lines = (svg: string) => [...svg.matchAll(/class="incident-line" d="([^"]*)"/g)].map(([, d]) => d.split('L').length)
  assert.deepEqual(lines(svg), [4])
  assert.deepEqual(lines(gap), [2, 1])
  assert.deepEqual(ages(gap), ['now', '1\u00a0h', '2\u00a0h ?', '1\u00a0day'])
})

test('without retraining: a line with dots in a band; with retraining: a dashed line with squares and whiskers', () => {
  const svg = drawn([at(HOUR, loss, loss), at(DAY, loss)])
  const many = (name: string) => svg.split(`class="${name}"`).length - 1
  assert.deepEqual(['incident-band', 'incident-line', 'incident-dot'].map(many), [1, 1, 2])
  assert.deepEqual(['planned-line', 'planned-whisker', 'planned-square'].map(many), [1, 1, 1])
})

test('the threshold stands at its age, proportionally between two ages', () => {
  const levels = [at(HOUR, loss), at(3 * HOUR, loss)]
  const lineAt = (age: number) =>
    Number(/class="incident-threshold-line" x1="([\d.]+)"/.exec(drawn(levels, { incidentThreshold: { age, loss: 20 } }))![1])
  assert.ok(Math.abs(lineAt(2 * HOUR) - (lineAt(HOUR) + lineAt(3 * HOUR)) / 2) < 0.2)
  assert.equal(lineAt(DAY), lineAt(3 * HOUR))
  assert.match(drawn(levels, { incidentThreshold: { age: 3 * HOUR, loss: 20, beyond: true } }), /incident 3\sh or more/)
  assert.doesNotMatch(drawn(levels), /threshold-line/)
})

test('the two thresholds have separate names, and no line crosses the name of the other', () => {
  const levels = [at(HOUR, loss, loss), at(3 * HOUR, loss, loss), at(6 * HOUR, loss, loss), at(DAY, loss, loss)]
  for (const incident of [HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, DAY])
    for (const planned of [HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, DAY])
      for (const layout of ['wide', 'narrow']) {
        // On a phone two names with 'or more' may not fit beside each other's lines.
        const beyond = layout === 'wide'
        const change = { incidentThreshold: { age: incident, loss: 20, beyond }, plannedThreshold: { age: planned, loss: 20, beyond } }
        const svg = elementCurve('c', element(levels, change), flightsReport.utility)!
          .text.split(`<svg class="${layout}"`)[1]
          .split('</svg>')[0]
        const marks = [...svg.matchAll(thresholdMark)].map(([, arm, x, top, from, y, anchor, text]) => {
          const [left, right] =
            anchor === 'end' ? [Number(from) - LETTER * text.length, Number(from)] : [Number(from), Number(from) + LETTER * text.length]
          return { arm, x: Number(x), top: Number(top), y: Number(y), left, right, text }
        })
        const context = `${incident / HOUR} h, ${planned / HOUR} h, ${layout}: ${JSON.stringify(marks)}`
        assert.deepEqual(
          marks.map(({ arm, text }) => text.startsWith(`${arm} `)),
          [true, true],
          context,
        )
        const [a, b] = marks
        assert.ok(Math.abs(a.y - b.y) > 12 && a.x !== b.x, context)
        for (const [one, other] of [
          [a, b],
          [b, a],
        ]) {
          const isThrough = one.top < other.y - 8 && one.x > other.left + 1 && one.x < other.right - 1
          assert.ok(!isThrough, context)
          assert.ok(one.left >= 0 && one.right <= (layout === 'wide' ? 660 : 328), context)
        }
      }
})

/** Width of a character in a wide font, px. */
const LETTER = 7.4

const thresholdMark =
  /class="(incident|planned)-threshold-line" x1="([\d.]+)" x2="[\d.]+" y1="([\d.]+)" y2="[\d.]+"\/><text class="[a-z]+-threshold" x="([\d.]+)" y="([\d.]+)" text-anchor="(start|end)">([^<]*)</g

test('no picture if nothing is known', () => {
  assert.equal(elementCurve('c', element([at(HOUR, why)]), flightsReport.utility), undefined)
  assert.equal(elementCurve('c', element([]), flightsReport.utility), undefined)
})

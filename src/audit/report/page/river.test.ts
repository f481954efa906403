import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flightsReport } from '../../../../test/audit/reports/flights.ts'
import { fraudReport } from '../../../../test/audit/reports/fraud.ts'
import { markup } from './markup.ts'
import { narrowRiver, riverLegend, wideRiver } from './river.ts'
import { oldestStageAge, ribbonPath, riverStagesOf, widthScale } from './river-shape.ts'

test('the width of the river grows with age, and the oldest stage is the widest', () => {
  const widthOf = widthScale(86_400_000)
  const widths = [0, 1, 1000, 60_000, 3_600_000, 86_400_000].map(widthOf)
  assert.deepEqual(widths.map(Math.round), [4, 4, 17, 31, 48, 62], 'by the power 1.5 of the logarithm')
  assert.equal(widthOf(1e12), 62)
  assert.equal(widthOf(-5), 4)
})

test('a ribbon passes its points with their widths', () => {
  const bends = [
    { along: 0, across: 50, width: 10 },
    { along: 20, across: 50, width: 30 },
  ]
  assert.equal(ribbonPath(bends, 'right'), 'M0 45C10 45 10 35 20 35L20 65C10 65 10 55 0 55Z')
  assert.equal(ribbonPath(bends, 'down'), 'M45 0C45 10 35 10 35 20L65 20C65 10 55 10 55 0Z')
})

test('the river leads from ingestion through the groups to the action, beside the age of the model', () => {
  const { before, groups, after, training } = riverStagesOf(fraudReport)
  const titles = (stages: typeof before) => stages.map(({ element }) => element.element)
  assert.deepEqual(titles(before), ['ingestion'])
  assert.deepEqual(titles(groups), ['group/card_now', 'group/card_usual'])
  assert.deepEqual(titles(after), ['action'])
  assert.equal(training?.element, 'training')
  assert.equal(oldestStageAge(fraudReport), 8.1)
  assert.ok(after[0].p95 > after[0].p50 && after[0].p50 > before[0].p50)
})

test('both pictures have a branch for each group, and descriptions', () => {
  for (const draw of [wideRiver, narrowRiver]) {
    const { content, description } = draw(fraudReport)
    const svg = markup`${content}`.text
    for (const title of ['ingestion', 'card_now', 'card_usual', 'action decline', 'model trained: every week'])
      assert.ok(svg.includes(title), title)
    assert.match(svg, /p50 2\.1\sms, p95 4\.6\sms/)
    assert.match(description, /card_usual \(30 days mean and count\): stream, p50 2\.1 ms, p95 4\.6 ms/)
  }
  assert.match(markup`${wideRiver(flightsReport).content}`.text, /age not known/)
})

test('the legend has ages up to the oldest, and is left out without any', () => {
  const shown = markup`${riverLegend(fraudReport)}`.text
  assert.match(shown, /at ages of 1\sms, 10\sms</)
  assert.equal(riverLegend(flightsReport), undefined)
})

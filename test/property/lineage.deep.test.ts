/** The lineage of many random pipelines, with enough histories that nearly each of its dependencies shows. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkFeatures, checkPipelines, confirmedShare, summaryText } from './lineage-check.ts'

test('nearly every dependency of a feature shows in the kernel, and the others are explained', async t => {
  const summary = await checkFeatures(80, 30)
  t.diagnostic(summaryText(summary))
  assert.ok(confirmedShare(summary) > 0.95, summaryText(summary))
  // Claims that remain have events with another part in the feature, which a minimum, a quantile or a set hid in all histories.
  const claimed = [...summary.byKind.values()].reduce((sum, count) => sum + count.claimed, 0)
  assert.ok(summary.masked.length < 0.03 * claimed, summary.masked.join('\n'))
})

test('every direct dependency of a score shows in replays, and most others', async t => {
  const summary = await checkPipelines(60, 20)
  t.diagnostic(summaryText(summary))
  for (const kind of ['model: value', 'model: key', 'model: identity']) assert.equal(confirmedShare(summary, kind), 1, summaryText(summary))
  for (const kind of ['model: indirect', 'label: ', 'report: ']) assert.ok(confirmedShare(summary, kind) > 0.6, summaryText(summary))
})

/**
 * The lineage of random pipelines equals what kernel, replay and reports read. One column of a history changes: a feature, score, label or
 * report may then change only if the lineage leads from the column to it, and most dependencies of the lineage show in a change.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkFeatures, checkPipelines, confirmedShare, summaryText } from './lineage-check.ts'

test('a feature of the kernel changes with a column only if its lineage has the column', async () => {
  const summary = await checkFeatures(5, 10)
  assert.ok(summary.compared > 800, summaryText(summary))
  assert.ok(confirmedShare(summary) > 0.9, summaryText(summary))
  for (const kind of ['feature: key', 'feature: time', 'feature: identity', 'feature: value', 'feature: filter'])
    assert.ok(confirmedShare(summary, kind) > 0.6, `${kind}: ${summaryText(summary)}`)
})

test('a score, a label and a report change with a column only if their lineage has the column', async () => {
  const summary = await checkPipelines(5, 6)
  assert.ok(summary.compared > 400, summaryText(summary))
  for (const kind of ['model: value', 'model: key', 'model: identity']) assert.equal(confirmedShare(summary, kind), 1, summaryText(summary))
  for (const kind of ['model: indirect', 'label: ', 'report: ']) assert.ok(confirmedShare(summary, kind) > 0.5, summaryText(summary))
})

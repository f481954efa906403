/** Attempts of jobs by their records: every state of every ledger. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catalog, violationsOf } from '../../test/openlineage/catalog.ts'
import type { FolderView } from '../operate/index.ts'
import { jobAttemptsIn, ledgersOf } from './job-attempts.ts'
import { PipelineJobs } from './pipeline-jobs.ts'
import { runEventOf, runIdOf } from './run-event.ts'

const jobs = new PipelineJobs(catalog.ir, 'test', 'file:///data')

/** A folder with these records. */
const folderOf = (records: { readonly [N in 'batchRuns' | 'reports' | 'reconciliations' | 'versions']?: readonly object[] }): FolderView =>
  ({
    batchRuns: { list: () => records.batchRuns ?? [] },
    reports: { list: () => records.reports ?? [] },
    reconciliations: { list: () => records.reconciliations ?? [] },
    models: { versions: () => records.versions ?? [] },
  }) as unknown as FolderView

const attemptsOf = (records: Parameters<typeof folderOf>[0]) => [...jobAttemptsIn(folderOf(records), catalog.ir, jobs)]

test('a batch run has its time, and its rows once it is done', () => {
  const run = { number: 1, group: 'year', began: 10, s: 5 }
  const done = { read: 600, keys: 7, bytes: 99 }
  const [running, finished, failed, brokenOff] = attemptsOf({
    batchRuns: [
      { ...run, state: 'running' },
      { ...run, state: 'done', ended: 20, done },
      { ...run, state: 'failed', ended: 20, error: 'no space' },
      { ...run, state: 'broken off' },
    ],
  })
  assert.equal(running.end, undefined)
  assert.deepEqual([finished.ledger, finished.number, finished.end!.type, finished.end!.at], ['batch-run', 1, 'COMPLETE', 20])
  assert.deepEqual((finished.facets.nominalTime as { readonly nominalStartTime?: unknown }).nominalStartTime, '1970-01-01T00:00:00.005Z')
  assert.equal(finished.end!.job.inputs[0].inputFacets!.inputStatistics.rowCount, 600)
  assert.equal(finished.end!.job.outputs[0].outputFacets!.outputStatistics.rowCount, 7)
  assert.deepEqual([failed.end!.type, failed.end!.facets.errorMessage.message], ['FAIL', 'no space'])
  assert.deepEqual([brokenOff.end!.type, brokenOff.end!.at], ['ABORT', undefined])
})

test('a trained version is the version of the parameters, whatever its rule says', () => {
  const trained = { set: { rows: 500 } }
  const version = { model: 'fraud', began: 10, at: 5, ended: 20 }
  const attempts = attemptsOf({
    versions: [
      { ...version, number: 1, state: 'training' },
      ...['candidate', 'rejected', 'challenger', 'champion', 'retired'].map((state, i) => ({ ...version, number: i + 2, state, trained })),
      { ...version, number: 7, state: 'failed', error: 'no label' },
      { ...version, number: 8, state: 'broken off' },
    ],
  })
  assert.deepEqual(
    attempts.map(({ end }) => end?.type),
    [undefined, 'COMPLETE', 'COMPLETE', 'COMPLETE', 'COMPLETE', 'COMPLETE', 'FAIL', 'ABORT'],
  )
  const { version: facet } = attempts[1].end!.job.outputs[0].facets
  assert.deepEqual([facet.datasetVersion, facet.spillway_trainingRows], ['2', 500])
})

test('attempts of jobs that the pipeline no longer has are left out', () => {
  assert.deepEqual(
    attemptsOf({ batchRuns: [{ number: 1, group: 'gone', began: 1, s: 1, state: 'running' }], reports: [{ report: 'gone' }] }),
    [],
  )
})

test('every end makes a valid event', () => {
  const done = { read: 1, keys: 1, bytes: 1, rows: 1 }
  const attempts = attemptsOf({
    batchRuns: [{ number: 1, group: 'month', began: 1, ended: 2, s: 1, state: 'done', done }],
    reports: [{ number: 1, report: 'daily', began: 1, ended: 2, s: 1, state: 'done', done }],
    reconciliations: [{ number: 1, began: 1, ended: 2, state: 'failed', error: 'no' }],
    versions: [{ number: 1, began: 1, ended: 2, at: 1, state: 'champion', trained: { set: { rows: 9 } } }],
  })
  assert.deepEqual(
    attempts.map(({ ledger }) => ledger),
    ledgersOf(catalog.ir),
  )
  for (const { ledger, number, facets, end } of attempts) {
    const event = runEventOf(
      { type: end!.type, at: end!.at!, runId: runIdOf(ledger, number), facets: { ...facets, ...end!.facets } },
      end!.job,
    )
    assert.deepEqual(violationsOf(event), [])
  }
})

test('a run id is a UUID of version 5 that depends on all of its parts', () => {
  const ids = [runIdOf('log', 'run', 1), runIdOf('log', 'run', 2), runIdOf('log2', 'run', 1), runIdOf('log', 'run1')]
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.equal(new Set(ids).size, ids.length)
  assert.equal(runIdOf('log', 'run', 1), ids[0])
})

/** Attempts of the jobs of a data folder, from the ledgers beside its log, each with what its events tell. */
import type { FolderView } from '../operate/index.ts'
import type { PipelineIR } from '../define/ir/index.ts'
import type { PipelineJobs } from './pipeline-jobs.ts'
import {
  errorFacet,
  facetOf,
  type LineageDataset,
  type LineageFacets,
  type LineageJob,
  nominalTimeFacet,
  type RunEventType,
} from './run-event.ts'

/** One attempt of a job. */
export interface JobAttemptEvents {
  /** Numbers are unique within a ledger. */
  readonly ledger: string
  readonly number: number
  readonly job: LineageJob
  /** UTC ms. */
  readonly began: number
  /** Facets of the run in each of its events. */
  readonly facets: LineageFacets
  /** Its end; absent while it is in progress. */
  readonly end?: AttemptEnd
}

/** The end of an attempt. */
interface AttemptEnd {
  readonly type: RunEventType
  /** UTC ms; absent for an attempt that a crash broke off. */
  readonly at: number | undefined
  readonly facets: LineageFacets
  /** The job with what the attempt read and wrote. */
  readonly job: LineageJob
}

interface EndedRecord {
  readonly ended?: number
  readonly error?: string
}

/** The ledgers of the jobs of a pipeline. */
export const ledgersOf = ({ models }: PipelineIR): string[] => [
  'batch-run',
  'report',
  'reconciliation',
  ...models.filter(({ train }) => train).map(({ name }) => trainingLedger(name)),
]

const trainingLedger = (model: string): string => `training/${model}`

/** All attempts in the ledgers of the pipeline's jobs, ledger by ledger, oldest first. Jobs that the pipeline no longer has are left out. */
export function* jobAttemptsIn(folder: FolderView, ir: PipelineIR, jobs: PipelineJobs): Generator<JobAttemptEvents> {
  for (const record of folder.batchRuns.list()) {
    const { number, group, began, s, state, done } = record
    const job = jobs.batchRun(group)
    if (!job) continue
    const ended = done && counted(job, { rowCount: done.read }, { rowCount: done.keys, size: done.bytes })
    yield attempt('batch-run', number, job, began, nominalTimeFacet(s), endOf(state, record, ended ?? job))
  }
  for (const record of folder.reports.list()) {
    const { number, report, began, s, state, done } = record
    const job = jobs.report(report)
    if (!job) continue
    const ended = done && counted(job, {}, { rowCount: done.rows, size: done.bytes, fileCount: 1 })
    yield attempt('report', number, job, began, nominalTimeFacet(s), endOf(state, record, ended ?? job))
  }
  for (const record of folder.reconciliations.list()) {
    const { number, began, state } = record
    const job = jobs.reconciliation()
    yield attempt('reconciliation', number, job, began, {}, endOf(state, record, job))
  }
  for (const model of ir.models) {
    const job = jobs.training(model.name)
    if (!job) continue
    for (const version of folder.models.versions(model.name)) {
      const { number, began, at, state, trained } = version
      const ended = trained ? withVersion(job, number, trained.set.rows) : job
      yield attempt(trainingLedger(model.name), number, job, began, nominalTimeFacet(at), endOf(endStateOf(state), version, ended))
    }
  }
}

function attempt(
  ledger: string,
  number: number,
  job: LineageJob,
  began: number,
  facets: LineageFacets,
  end: JobAttemptEvents['end'],
): JobAttemptEvents {
  return { ledger, number, job, began, facets, ...(end && { end }) }
}

type EndState = 'running' | 'done' | 'failed' | 'broken off'

/** A version that may score, waits, scored or was rejected by its rule has been trained. */
function endStateOf(state: string): EndState {
  if (state === 'training') return 'running'
  return state === 'failed' || state === 'broken off' ? state : 'done'
}

function endOf(state: EndState, { ended: at, error }: EndedRecord, job: LineageJob): AttemptEnd | undefined {
  switch (state) {
    case 'running':
      return undefined
    case 'done':
      return { type: 'COMPLETE', at, facets: {}, job }
    case 'failed':
      return { type: 'FAIL', at, facets: errorFacet(error ?? 'the job failed'), job }
    case 'broken off':
      return { type: 'ABORT', at, facets: {}, job }
  }
}

interface Statistics {
  readonly rowCount?: number
  readonly size?: number
  readonly fileCount?: number
}

/** The job with the rows that it read and wrote. */
export function counted(job: LineageJob, read: Statistics, written: Statistics): LineageJob {
  const isEmpty = (statistics: Statistics): boolean => Object.keys(statistics).length === 0
  return {
    ...job,
    inputs: isEmpty(read) ? job.inputs : job.inputs.map(input => withInputStatistics(input, read)),
    outputs: isEmpty(written) ? job.outputs : job.outputs.map(output => withOutputStatistics(output, written)),
  }
}

const withInputStatistics = (dataset: LineageDataset, read: Statistics): LineageDataset => ({
  ...dataset,
  inputFacets: { inputStatistics: facetOf('InputStatisticsInputDatasetFacet', { ...read }) },
})

const withOutputStatistics = (dataset: LineageDataset, written: Statistics): LineageDataset => ({
  ...dataset,
  outputFacets: { outputStatistics: facetOf('OutputStatisticsOutputDatasetFacet', { ...written }) },
})

/** A training writes one version of the parameters, learnt from so many rows. */
function withVersion(job: LineageJob, version: number, rows: number): LineageJob {
  const facet = { version: facetOf('DatasetVersionDatasetFacet', { datasetVersion: String(version), spillway_trainingRows: rows }) }
  return { ...job, outputs: job.outputs.map(output => ({ ...output, facets: { ...output.facets, ...facet } })) }
}

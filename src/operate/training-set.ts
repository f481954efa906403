/** Training sets: a point-in-time join, or the feature vectors of decisions, written as Parquet with a manifest. */
import { requireDefinition } from '../base/index.ts'
import { Strings } from '../columns/index.ts'
import { deliverColumn, groupReads } from '../decision/index.ts'
import type { ModelIR } from '../define/ir/index.ts'
import { triggerKey } from '../define/model/index.ts'
import type { Pipeline } from '../define/index.ts'
import {
  inOrderOfTime,
  type EntityRows,
  decide,
  keySampler,
  label,
  labelledSet,
  load,
  type LoadOptions,
  type ReplayLog,
  groupsQuestion,
  modelQuestion,
  type Question,
  readRows,
  sampledSet,
  writeTrainingSet,
  manifestCut,
  type DecisionsOrigin,
  type KeySample,
  type SourceFile,
  type RowsOrigin,
  type TrainingManifest,
  trainingOrigin,
  type TrainingOrigin,
  setOfDecisions,
  setOfRows,
  type TrainingSet,
} from '../replay/index.ts'
import { storedHistory } from '../run/history/index.ts'
import type { FolderLog } from './folder-log.ts'
import { withFolder } from './folder.ts'
import { type DecisionSet, recordedSet } from './recorded-set.ts'

/** A request for a training set. */
export interface TrainingSetRequest {
  /** Files of sources; without files the log of `data` is read. */
  readonly files: readonly SourceFile[]
  /** The data folder. */
  readonly data: string
  /** The folder that is written. */
  readonly out: string
  /** The file with keys and times, and its time column; `undefined` for a training set of decisions. */
  readonly rows: { readonly path: string; readonly time: string } | undefined
  /** Columns: the inputs of a model, or the features of groups (`now`) and single features (`now.n`). Decisions are of a model. */
  readonly columns: { readonly model: string } | { readonly groups: readonly string[] }
  readonly sample: KeySample | undefined
  /** Labels of the decisions, as known at a time, UTC ms; by default at the end of the history. */
  readonly labels: { readonly at: number | undefined; readonly isSettled: boolean } | undefined
}

/** Rejected records and warnings of source files. */
export interface FileProblems {
  readonly rejected: { readonly count: number; readonly first: string } | undefined
  readonly warnings: readonly string[]
}

/** A written training set. */
export interface BuiltTrainingSet extends FileProblems {
  readonly manifest: TrainingManifest
  /** Recorded decisions that were left out, because their version of the model has other inputs. */
  readonly otherInputs: number
}

/**
 * Builds a training set from files or from a data folder, and writes it as Parquet with a manifest: a point-in-time join for rows of keys
 * and times, or the feature vectors of decisions. `onProgress` receives a stage and a share from 0 to 1.
 *
 * Throws like `readRows`, `load`, `decide`, `recordedBatches`, `storedHistory` and `writeTrainingSet`.
 *
 * @throws `SPILL_NOT_FOUND` for an unknown model, `SPILL_HISTORY` for a model without recorded decisions.
 */
export function buildTrainingSet(
  pipeline: Pipeline,
  request: TrainingSetRequest,
  onProgress: TrainingSetJob['onProgress'],
): Promise<BuiltTrainingSet> {
  const build = request.rows ? buildFromRows : buildFromDecisions
  const job = { pipeline, request, onProgress }
  return request.files.length > 0 ? build(job) : withFolder(request.data, ({ log }) => build({ ...job, log }))
}

/** A request with its pipeline and its inputs. */
interface TrainingSetJob {
  readonly pipeline: Pipeline
  readonly request: TrainingSetRequest
  /** The log of the data folder, if no files are given. */
  readonly log?: FolderLog
  readonly onProgress: (stage: string, share: number) => void
}

/** Point-in-time join for the keys and times in a file. */
async function buildFromRows(job: TrainingSetJob): Promise<BuiltTrainingSet> {
  const { pipeline, request, log, onProgress } = job
  const { ir } = pipeline
  const question = questionOf(pipeline, request)
  const strings = new Strings()
  const { path } = request.rows!
  const allRows = await readRows(request.rows!, question, strings, { onProgress: share => onProgress(`reading ${path}`, share) })
  const rows = sampledRows(allRows, question, strings, request)
  const loading = new FileLoading(job.onProgress, strings)
  const history = log
    ? storedHistory(ir, question.ir, log, strings, { onProgress: share => onProgress('reading the log', share) })
    : await load({ ir: question.ir, maps: pipeline.maps }, filesOf(question, request), loading.options)
  const groups = question.ir.groups.map(({ name }) => name)
  const of = rowsOrigin(allRows, rows, history)
  const cut = manifestCut(history.histories)
  const origin = () => trainingOrigin(pipeline, groups, { of, cut, sample: request.sample, key: question.keys[0].name })
  const manifest = await write(job, setOfRows(question, rows, history), origin)
  return { manifest, ...loading.problems, otherInputs: 0 }
}

/** Feature vectors of decisions, recorded in a log or replayed from files. */
async function buildFromDecisions(job: TrainingSetJob): Promise<BuiltTrainingSet> {
  const { pipeline, request, log } = job
  const { ir } = pipeline
  const model = modelOf(pipeline, request)
  const strings = new Strings()
  const loading = new FileLoading(job.onProgress, strings)
  const decisions = log ? recordedSet(log, { ir, model, strings, ...request }) : await replayedSet(job, model, loading.options)
  const { set, cut, labelling } = decisions
  const key = triggerKey(ir, model).name
  const { sample } = request
  const sampled = sample && { key: `key.${key}`, isKept: keySampler(sample, strings) }
  const labelled = labelling && labelledSet(set, labelling, sampled)
  const groups = groupReads(ir, model).map(({ group }) => group.name)
  const origin = () =>
    trainingOrigin(pipeline, groups, { of: decisions.origin(), ...(labelled && { labels: labelled.counts() }), cut, sample, key })
  const output = labelled?.set ?? (sampled ? sampledSet(set, sampled.key, sampled.isKept) : set)
  const manifest = await write(job, output, origin)
  return { manifest, ...loading.problems, otherInputs: decisions.otherInputs() }
}

async function replayedSet({ pipeline, request }: TrainingSetJob, model: ModelIR, options: LoadOptions): Promise<DecisionSet> {
  const log = await load(pipeline, request.files, options)
  const set = setOfDecisions(pipeline.ir, model, decide(pipeline, model, log), log.strings)
  const { labels } = request
  const at = labels?.at ?? log.until
  const labelling = labels && { label: model.label!, labels: label(pipeline, model, log, { at }), at, isSettled: labels.isSettled }
  const origin = (): DecisionsOrigin => ({ kind: 'decisions', model: model.name })
  return { set, cut: manifestCut(log.histories), labelling, origin, otherInputs: () => 0 }
}

const write = ({ request, onProgress }: TrainingSetJob, set: TrainingSet, origin: () => TrainingOrigin): Promise<TrainingManifest> =>
  writeTrainingSet(request.out, set, origin, share => onProgress(`writing ${request.out}`, share))

/** Options for loading files, which collect rejected records and warnings. */
export class FileLoading {
  readonly options: LoadOptions
  readonly #warnings: string[] = []
  #count = 0
  #first = ''

  constructor(onProgress: TrainingSetJob['onProgress'], strings: Strings) {
    this.options = {
      strings,
      onProgress: (path, share) => onProgress(`reading ${path}`, share),
      onWarning: warning => void this.#warnings.push(warning),
      onRejected: ({ place, detail }) => {
        if (this.#count++ === 0) this.#first = `${place}: ${detail}`
      },
    }
  }

  get problems(): FileProblems {
    return { rejected: this.#count === 0 ? undefined : { count: this.#count, first: this.#first }, warnings: this.#warnings }
  }
}

const filesOf = ({ ir }: Question, { files }: TrainingSetRequest) =>
  files.filter(({ source }) => ir.sources.some(({ name }) => name === source))

function sampledRows(all: EntityRows, { keys }: Question, strings: Strings, { sample }: TrainingSetRequest): EntityRows {
  if (!sample) return inOrderOfTime(all)
  const isKept = keySampler(sample, strings)
  const key = deliverColumn(all.columns[keys[0].name], keys[0])
  return inOrderOfTime(all, row => isKept(key, row))
}

function rowsOrigin({ length: requestedRows }: EntityRows, { t }: EntityRows, { first, until }: ReplayLog): RowsOrigin {
  return { kind: 'rows', requestedRows, before: t.filter(at => at < first).length, ahead: t.filter(at => at > until).length }
}

function questionOf({ ir }: Pipeline, { columns }: TrainingSetRequest): Question {
  return 'groups' in columns ? groupsQuestion(ir, columns.groups) : modelQuestion(ir, columns.model)
}

/** The model whose decisions are the rows. */
const modelOf = ({ ir }: Pipeline, { columns }: TrainingSetRequest): ModelIR =>
  requireDefinition(ir.name, 'model', ir.models, 'model' in columns ? columns.model : 'none')

/** `spillway audit`: measures the value of lower latency at each stage and proposes placements. Reports as text, HTML and JSON. */
import { join } from 'node:path'
import {
  type AuditOptions,
  audit,
  valuedAt,
  worthOf,
  type AuditResult,
  presetPeople,
  readPeopleFile,
  examplePrices,
  readPricesFile,
  ageTraces,
  AuditCheckpoint,
  reportText,
  verdictText,
  reportJson,
  writeAuditReport,
  readSamples,
  stagesPart,
  ingestionDelays,
  objectivesOf,
  type AuditReport,
  type ReportChanges,
  type People,
  withCountedPages,
} from '../../audit/index.ts'
import { keepCompiledCode } from '../command/heap.ts'
import { forTerminal, shellWord } from '../command/print.ts'
import { Strings } from '../../columns/index.ts'
import type { Pipeline } from '../../define/index.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/index.ts'
import { promotedChampion, withFolder } from '../../operate/index.ts'
import { censoredPositions, recordedBatches } from '../../run/history/index.ts'
import { requireSourceFiles, readAuditHistory, type AuditHistory } from './audit-history.ts'
import { DEFAULT_DRAWS, auditedModel, auditOptions, DEFAULT_OUT, parseAuditRequest, type AuditRequest } from './audit-request.ts'
import { defineCommand } from '../command/command.ts'
import { type ProgressLine, withProgress } from '../command/progress.ts'
import { checkSourceFiles, expectNoArguments } from '../command/arguments.ts'
import type { ReplayLog } from '../../replay/index.ts'
import { OBJECTIVES_FILE, writeObjectives } from '../../run/decide/index.ts'
import { readProblemLines, joinLines } from '../command/text-format.ts'

/** Lines of changes that are printed. */
const CHANGE_LINES = 8

/** The command `spillway audit`. */
export const auditCommand = defineCommand({
  name: 'audit',
  task: 'Audit',
  takesPipeline: true,
  usage: '[--source NAME=FILE…] [--data DIR]',
  summary: 'measure the value of lower latency at each stage, and propose placements; writes a report as text and as a page',
  options: auditOptions,
  async run(values, positionals, project) {
    keepCompiledCode()
    expectNoArguments(positionals, project)
    const request = parseAuditRequest(values, project)
    const pipeline = await project.importPipeline()
    checkSourceFiles(request.files, pipeline.ir)
    const model = auditedModel(pipeline.ir, pipeline.worths, request.model)
    if (request.files.length > 0) requireSourceFiles(pipeline.ir, model, request.files)
    return withProgress(async progress => {
      const history = await readAuditHistory(pipeline, request, progress.show)
      const result = await runAudit(pipeline, model, history, request, progress)
      progress.clear()
      const { report, notes } = await addEdits(pipeline, { ...result, log: history.log }, request)
      const files = writeAuditReport(report, request.out)
      const text = () =>
        joinLines(
          ...(request.verbose ? [reportText(report), ''] : []),
          readProblemLines(history),
          notes,
          verdictText(report, {
            ...(process.stdout.columns > 0 && { width: process.stdout.columns }),
            reportAt: `${files.page} (open it in a browser), ${files.json}; ${request.verbose ? 'above' : 'with --verbose here'}`,
          }),
          changeLines(files.changes),
        )
      console.log(request.json ? reportJson(report) : forTerminal(text()))
      return 0
    })
  },
})

async function runAudit(
  pipeline: Pipeline,
  model: ModelIR,
  history: AuditHistory,
  request: AuditRequest,
  progress: ProgressLine,
): Promise<AuditResult> {
  const { seed, draws, plans, prices, people, data, out } = request
  const worth = worthOf(pipeline.worths, model)
  const finished = new AuditCheckpoint(join(out, 'audit.part.json'))
  const result = await audit(pipeline, history.log, {
    model,
    worth: request.value === undefined ? worth : valuedAt(worth, request.value),
    seed,
    draws,
    prices: prices === undefined ? examplePrices : readPricesFile(prices),
    people: await peopleOf(pipeline.ir, people, data),
    ...(await runMeasurements(pipeline, model, request)),
    intakeSeconds: history.intakeSeconds,
    plansMax: plans,
    command: commandOf(request),
    onProgress: progress.show,
    checkpoint: (name, of, make) => finished.getOrCompute(name, of, make),
  })
  finished.remove()
  return result
}

/** The effort of people: the file, or presets; with the pages that the run counted, unless the file has counts. */
async function peopleOf({ groups }: PipelineIR, file: string | undefined, data: string | undefined): Promise<People> {
  const people = file === undefined ? presetPeople : readPeopleFile(file)
  const pages = data === undefined ? undefined : await withFolder(data, ({ alerts }) => alerts.pages())
  if (!pages) return people
  const streams = groups.some(({ place }) => place.kind === 'stream' || place.kind === 'hybrid')
  return withCountedPages(people, streams ? 'streaming' : 'batch', pages)
}

/** Measurements of the decisions of a run: stage times, feature ages, outcomes hidden by actions, and the champion. */
type RunMeasurements = Pick<AuditOptions, 'stages' | 'traces' | 'isCensored' | 'chanceOf' | 'champion'>

async function runMeasurements({ ir }: Pipeline, model: ModelIR, { data, files }: AuditRequest): Promise<RunMeasurements> {
  if (data === undefined)
    return {
      stages: {
        why: 'history files have no stage times; run the pipeline (spillway run PIPELINE --data DIR) and add --data DIR here',
      },
    }
  const actions = (ir.actions ?? []).filter(action => action.model === model.name)
  const deadline = actions.find(action => action.deadline !== undefined)?.deadline
  return withFolder(data, ({ log }) => {
    const total = log.models().find(each => each.model === model.name)?.decisions ?? 0
    // A run records outcomes by positions in its own log, and events of files have others.
    const observed = files.length === 0 ? censoredPositions(ir, model, log) : undefined
    return {
      stages: stagesPart(readSamples(log, model.name, actions), deadline, total),
      ...(model.train && { champion: promotedChampion(log, ir, model) }),
      traces: ageTraces(recordedBatches(ir, model, log.decisionsFrom(model.name, 0), new Strings(), { total })),
      ...(observed && {
        isCensored: (_: number, sourcePosition: number) => observed.hidden.has(sourcePosition),
        chanceOf: (sourcePosition: number) => observed.chances.get(sourcePosition),
      }),
    }
  })
}

/** Changes since the earlier report in the folder, a line each. */
function changeLines(found: ReportChanges | undefined): string[] {
  if (!found || found.changes.length === 0) return []
  const { since, changes } = found
  const lines = changes.slice(0, CHANGE_LINES).map(({ name, text }) => `  ${name}: ${text}`)
  const others = changes.length - lines.length
  return [
    `Since the report of ${new Date(since).toISOString()}:`,
    ...lines,
    ...(others > 0 ? [`  … ${others} more in audit-changes.json`] : []),
  ]
}

/** The command line that reproduces the report. */
function commandOf({ path, files, columns, data, model, prices, people, value, out, seed, draws, plans }: AuditRequest): string {
  return [
    `spillway audit ${shellWord(path)}`,
    ...files.map(file => `--source ${shellWord(`${file.source}=${file.path}`)}`),
    ...columns.map(({ source, column, fieldName: theirs }) => `--column ${shellWord(`${source}.${column}=${theirs}`)}`),
    ...Object.entries({ data, model, prices, people, value, plans, out: out === DEFAULT_OUT ? undefined : out }).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name} ${shellWord(String(value))}`],
    ),
    `--seed ${seed}`,
    ...(draws === DEFAULT_DRAWS ? [] : [`--draws ${draws}`]),
  ].join(' ')
}

/**
 * Adds the edits of the proposed placements to the report, applies them with `apply`, and writes the freshness objectives to the data folder
 * `data`. `notes` are the changes that were made, and those left to do by hand, a line each.
 */
async function addEdits(
  pipeline: Pipeline,
  { report, proposed, log }: AuditResult & { readonly log: ReplayLog },
  { path, apply, data }: AuditRequest,
): Promise<{ readonly report: AuditReport; readonly notes: readonly string[] }> {
  // Loaded here, since no other command needs its parser.
  const { applyEdit, editPlacements, placementChanges } = await import('../../audit/plans/edit/index.ts')
  const changes = placementChanges(proposed, pipeline.groupDefinedAt)
  const edited = editPlacements(changes, path)
  const notes: string[] = []
  if (!apply) notes.push(...edited.rejected)
  else if (changes.length === 0) notes.push('Nothing to apply: the audit proposes no change of a placement.')
  else {
    const { written, rejected } = await applyEdit(edited, path, pipeline.ir)
    notes.push(...written.map(file => `Changed ${file}.`), ...rejected)
  }
  if (data !== undefined) notes.push(...storeObjectives(pipeline, report, log, data))
  return { report: { ...report, plans: { ...report.plans, edits: edited.edits } }, notes }
}

/** Writes the freshness objectives to the data folder, where a run and `spillway inspect` read them. */
function storeObjectives({ ir, name, fingerprint }: Pipeline, report: AuditReport, log: ReplayLog, data: string): string[] {
  const groups = objectivesOf(report, ingestionDelays(ir, log))
  if (Object.keys(groups).length === 0) return []
  const file = join(data, OBJECTIVES_FILE)
  writeObjectives(file, { pipeline: name, fingerprint, groups })
  return [`Freshness objectives, which a run measures and spillway inspect shows: ${file}`]
}

/** `spillway audit`: measures the value of lower latency at each stage and proposes placements. Reports as text, HTML and JSON. */
import { join } from 'node:path'
import {
  type AuditOptions,
  audit,
  worthOf,
  type AuditResult,
  presetPeople,
  readPeopleFile,
  examplePrices,
  readPricesFile,
  ageTraces,
  AuditCheckpoint,
  reportText,
  reportJson,
  writeAuditReport,
  readSamples,
  stagesPart,
} from '../../audit/index.ts'
import { keepCompiledCode } from '../command/heap.ts'
import { forTerminal } from '../command/print.ts'
import { Strings } from '../../columns/index.ts'
import type { Pipeline } from '../../define/index.ts'
import type { ModelIR } from '../../define/ir/index.ts'
import { promotedChampion, withFolder } from '../../operate/index.ts'
import { censoredPositions, recordedBatches } from '../../run/history/index.ts'
import { requireSourceFiles, readAuditHistory, type AuditHistory } from './audit-history.ts'
import { addEdits } from './audit-apply.ts'
import { DEFAULT_DRAWS, auditedModel, DEFAULT_OUT, parseAuditRequest, type AuditRequest } from './audit-request.ts'
import type { Command } from '../command/command.ts'
import { importPipeline } from '../command/pipeline-file.ts'
import { ProgressLine } from '../command/progress.ts'
import { shellWord } from '../command/shell-word.ts'
import { checkSourceFiles } from '../command/source-files-option.ts'
import { readProblemLines } from '../command/replay-summary.ts'

/** The command `spillway audit`. */
export const auditCommand: Command = {
  name: 'audit',
  usage: 'PIPELINE --history NAME=FILE… | --data DIR',
  summary: 'measure the value of lower latency at each stage, and propose placements; writes a report as text and as a page',
  options: {
    history: {
      type: 'string',
      multiple: true,
      value: 'NAME=FILE',
      help: 'a history file of a source: NDJSON, CSV or Parquet, plain or gzip; may be repeated',
    },
    column: {
      type: 'string',
      multiple: true,
      value: 'SOURCE.COLUMN=FIELD',
      help: 'the name of a column in the history files; may be repeated',
    },
    data: {
      type: 'string',
      value: 'DIR',
      help: 'the data folder of a run, for its stage times; without --history its log is the history',
    },
    model: { type: 'string', value: 'NAME', help: 'the model to audit, if there are several' },
    prices: { type: 'string', value: 'FILE', help: 'prices of the target deployment (default: an example)' },
    people: { type: 'string', value: 'FILE', help: 'effort of people to operate the deployment (default: presets)' },
    out: { type: 'string', value: 'DIR', help: `the folder for audit.json and audit.html (default ${DEFAULT_OUT})` },
    seed: { type: 'string', value: 'N', help: 'the random seed (default 1)' },
    draws: { type: 'string', value: 'N', help: `draws for simultaneous intervals (default ${DEFAULT_DRAWS})` },
    plans: {
      type: 'string',
      value: 'N',
      help: 'the most plans to evaluate; plans that differ only in cost do not count',
    },
    apply: { type: 'boolean', help: 'write the proposed placements to your files' },
    json: { type: 'boolean', help: 'print the report as one JSON object, and nothing else' },
  },
  async run(values, positionals) {
    keepCompiledCode()
    const request = parseAuditRequest(values, positionals)
    const pipeline = await importPipeline(request.path)
    checkSourceFiles(request.files, pipeline.ir)
    const model = auditedModel(pipeline.ir, pipeline.worths, request.model)
    if (request.files.length > 0) requireSourceFiles(pipeline.ir, model, request.files)
    const progress = new ProgressLine()
    try {
      const history = await readAuditHistory(pipeline, request, (stage, share) => progress.show(stage, share))
      const { report, proposed } = await runAudit(pipeline, model, history, request, progress)
      progress.clear()
      const { report: finalReport, notes } = await addEdits(pipeline, { report, proposed, log: history.log }, request)
      const files = writeAuditReport(finalReport, request.out)
      if (request.json) console.log(reportJson(finalReport))
      else
        console.log(
          forTerminal(
            [
              reportText(finalReport),
              '',
              ...assumptionLines(pipeline, model),
              ...readProblemLines(history),
              ...notes,
              `The page: ${files.page}; as JSON: ${files.json}`,
            ].join('\n'),
          ),
        )
      return 0
    } finally {
      progress.clear()
    }
  },
}

/** The assumptions of the value function. They come last, where the reader looks first. */
function assumptionLines({ worths }: Pipeline, { name }: ModelIR): string[] {
  const assumed = worths.get(name)?.ir.assumes ?? []
  return assumed.map(text => `Assumption: ${text}`)
}

async function runAudit(
  pipeline: Pipeline,
  model: ModelIR,
  history: AuditHistory,
  request: AuditRequest,
  progress: ProgressLine,
): Promise<AuditResult> {
  const { seed, draws, plans, prices, people, data, out } = request
  const finished = new AuditCheckpoint(join(out, 'audit.part.json'))
  const result = await audit(pipeline, history.log, {
    model,
    worth: worthOf(pipeline.worths, model),
    seed,
    draws,
    prices: prices === undefined ? examplePrices : readPricesFile(prices),
    people: people === undefined ? presetPeople : readPeopleFile(people),
    ...(await runMeasurements(pipeline, model, data)),
    intakeSeconds: history.intakeSeconds,
    plansMax: plans,
    command: commandOf(request),
    onProgress: (stage, share) => progress.show(stage, share),
    checkpoint: (name, of, make) => finished.getOrCompute(name, of, make),
  })
  finished.remove()
  return result
}

/** Measurements of the decisions of a run: stage times, feature ages, outcomes hidden by actions, and the champion. */
type RunMeasurements = Pick<AuditOptions, 'stages' | 'traces' | 'isCensored' | 'chanceOf' | 'champion'>

async function runMeasurements({ ir }: Pipeline, model: ModelIR, data: string | undefined): Promise<RunMeasurements> {
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
    const observed = censoredPositions(ir, model, log)
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

/** The command line that reproduces the report. */
function commandOf({ path, files, columns, data, model, prices, people, out, seed, draws, plans }: AuditRequest): string {
  return [
    `spillway audit ${shellWord(path)}`,
    ...files.map(file => `--history ${shellWord(`${file.source}=${file.path}`)}`),
    ...columns.map(({ source, column, fieldName: theirs }) => `--column ${shellWord(`${source}.${column}=${theirs}`)}`),
    ...Object.entries({ data, model, prices, people, plans, out: out === DEFAULT_OUT ? undefined : out }).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name} ${shellWord(String(value))}`],
    ),
    `--seed ${seed}`,
    ...(draws === DEFAULT_DRAWS ? [] : [`--draws ${draws}`]),
  ].join(' ')
}

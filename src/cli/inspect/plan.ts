/** `spillway plan`: shows the changes that starting a pipeline over a data folder would make. */
import type { PipelineChange } from '../../define/ir/index.ts'
import { planStart, type PipelinePlan } from '../../operate/index.ts'
import { UsageError, type Command } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-option.ts'
import { importPipeline } from '../command/pipeline-file.ts'
import { printJson, printText } from '../command/print.ts'
import { formatNumber } from '../command/text-format.ts'
import { timeText } from '../command/time-text.ts'

/** Exit code of `--check` for a changed pipeline. It differs from a failure (1) and wrong usage (2), so scripts can tell them apart. */
const CHANGED = 3

/** The command `spillway plan`. */
export const planCommand: Command = {
  name: 'plan',
  usage: 'PIPELINE',
  summary: 'print what starting this pipeline over a data folder would change, and how long it would take; changes nothing',
  options: {
    data: dataOption,
    check: { type: 'boolean', help: `for CI: exit code ${CHANGED} if the pipeline differs from the last that ran, otherwise 0` },
    json: { type: 'boolean', help: 'print one JSON object' },
  },
  async run(values, [path, ...extra]) {
    if (path === undefined) throw new UsageError('name the pipeline file')
    if (extra.length > 0) throw new UsageError(`expected one pipeline file, but also got ${extra.join(', ')}`)
    const pipeline = await importPipeline(path)
    const data = dataFolderOf(values)
    const { isFirst, plan } = await planStart(pipeline, data)
    if (values['json'] === true) printJson(plan)
    else printText(isFirst ? firstText(pipeline.ir.name, data) : planText(pipeline.ir.name, plan))
    return values['check'] === true && plan.changed ? CHANGED : 0
  },
}

const firstText = (name: string, folder: string): string =>
  `no pipeline has run here yet: ${folder} has no log. Starting '${name}' creates it`

const signs = { added: '+', removed: '-', changed: '~' } as const

function planText(
  name: string,
  { before, changed, fingerprint, changes, effects, entries, rebuilt, taken, seconds }: PipelinePlan,
): string {
  const head = before
    ? !changed
      ? `pipeline '${name}' is the pipeline that ran last`
      : `pipeline '${name}' would replace '${before.pipeline}' (${before.fingerprint.slice(0, 8)} → ${fingerprint.slice(0, 8)})`
    : `no pipeline has run here yet`
  const rebuildLines = rebuilt.flatMap(({ group, entries: from, incomplete }) => [
    `  ${group}: rebuilt from all ${formatNumber(from)} log entries`,
    ...(incomplete === undefined
      ? []
      : [`    windows that reach back before ${timeText(incomplete)} will be rejected, since the log before is deleted`]),
  ])
  return [
    head,
    ...changes.flatMap(changeLines),
    ...(before && changed && changes.length === 0
      ? ['  no change of names, types or placements (only of a version of map or score, an owner or a description)']
      : []),
    ...(effects.length > 0 ? ['', 'effects', ...effects.map(({ on, name: of, text }) => `  ${on} ${of}: ${text}`)] : []),
    '',
    ...(rebuildLines.length > 0 ? ['state', ...rebuildLines] : ['state: every group continues from its saved state']),
    `a start replays ${formatNumber(taken)} of ${formatNumber(entries)} entries in about ${seconds.toFixed(1)} s on this machine${
      rebuildLines.length > 0 ? '; with run --take-over, while the old process still runs' : ''
    }`,
  ].join('\n')
}

function changeLines({ of, name, kind, details }: PipelineChange): string[] {
  return [`  ${signs[kind]} ${of} ${name}${kind === 'changed' ? '' : ` ${kind}`}`, ...details.map(detail => `      ${detail}`)]
}

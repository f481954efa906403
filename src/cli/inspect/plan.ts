/** `spillway plan`: shows the changes that starting a pipeline over a data folder would make. */
import type { PipelineChange } from '../../define/ir/index.ts'
import { planStart, type PipelinePlan } from '../../operate/index.ts'
import { expectNoArguments } from '../command/arguments.ts'
import { defineCommand } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-folder.ts'
import { printJson, printText } from '../command/print.ts'
import { formatNumber, timeText, joinLines } from '../command/text-format.ts'

/** Exit code of `--check` for a changed pipeline. It differs from a failure (1) and wrong usage (2), so scripts can tell them apart. */
const CHANGED = 3

/** The command `spillway plan`. */
export const planCommand = defineCommand({
  name: 'plan',
  task: 'Run',
  takesPipeline: true,
  usage: '',
  summary: 'print what starting this pipeline over a data folder would change, and how long it would take; changes nothing',
  options: {
    data: dataOption,
    check: { help: `for CI: exit code ${CHANGED} if the pipeline differs from the last that ran, otherwise 0` },
    json: { help: 'print one JSON object' },
  },
  async run({ check = false, json = false, ...folder }, positionals, project) {
    expectNoArguments(positionals, project)
    const pipeline = await project.importPipeline()
    const data = dataFolderOf(folder)
    const { isFirst, plan } = await planStart(pipeline, data)
    if (json) printJson(plan)
    else printText(isFirst ? firstText(pipeline.ir.name, data) : planText(pipeline.ir.name, plan))
    return check && plan.changed ? CHANGED : 0
  },
})

const firstText = (name: string, folder: string): string =>
  `no pipeline has run here yet: ${folder} has no log. Starting '${name}' creates it`

const signs = { added: '+', removed: '-', changed: '~' } as const

function planText(
  name: string,
  { before, changed, fingerprint, changes, schemas, effects, entries, rebuilt, entriesToReplay, seconds }: PipelinePlan,
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
  return joinLines(
    head,
    changes.flatMap(changeLines),
    before &&
      changed &&
      changes.length === 0 &&
      '  no change of names, types or placements (only of a version of map or score, an owner or a description)',
    schemas.length > 0 && ['', 'schemas', ...schemas.map(schemaLine)],
    effects.length > 0 && ['', 'effects', ...effects.map(({ on, name: of, text }) => `  ${on} ${of}: ${text}`)],
    '',
    rebuildLines.length > 0 ? ['state', ...rebuildLines] : ['state: every group continues from its saved state'],
    `a start replays ${formatNumber(entriesToReplay)} of ${formatNumber(entries)} entries in about ${seconds.toFixed(1)} s on this machine${
      rebuildLines.length > 0 ? '; with run --take-over, while the old process still runs' : ''
    }`,
  )
}

const schemaLine = ({ source, from, to, level }: PipelinePlan['schemas'][number]): string =>
  `  ${source}: version ${from} → ${to}, ${level === 'NONE' ? 'readable; NONE checks nothing else' : `${level} compatible`}`

function changeLines({ of, name, kind, details }: PipelineChange): string[] {
  return [`  ${signs[kind]} ${of} ${name}${kind === 'changed' ? '' : ` ${kind}`}`, ...details.map(detail => `      ${detail}`)]
}

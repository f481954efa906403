import { forTerminal } from '../base/show.ts'
import type { Change } from '../define/changes.ts'
import { isUnused, lookInto } from '../log/sqlite/data-folder.ts'
import { firstPlan, planOf, type Plan } from '../run/plan.ts'
import { UsageError, type Command } from './command.ts'
import { dataOf, dataOption } from './data-option.ts'
import { importPipeline } from './pipeline-file.ts'
import { number } from './summary.ts'
import { timeText } from './time-text.ts'

export const planCommand: Command = {
  name: 'plan',
  usage: 'PIPELINE',
  summary: 'what starting this pipeline over a data folder would change, and how long it would take; changes nothing',
  options: { data: dataOption, json: { type: 'boolean', help: 'print one JSON object' } },
  async run(values, [path, ...extra]) {
    if (path === undefined) throw new UsageError('name the file of a pipeline')
    if (extra.length > 0) throw new UsageError(`one pipeline, not also ${extra.join(', ')}`)
    const pipeline = await importPipeline(path)
    const folder = dataOf(values)
    const isFirst = isUnused(folder)
    const plan = isFirst ? firstPlan(pipeline) : await lookInto(folder, reader => planOf(pipeline, reader))
    if (values['json'] === true) console.log(JSON.stringify(plan))
    else console.log(isFirst ? forTerminal(firstText(pipeline.ir.name, folder)) : planText(pipeline.ir.name, plan))
    return 0
  },
}

const firstText = (name: string, folder: string): string =>
  `no pipeline has run here yet: ${folder} has no log. A start of '${name}' makes one, and has no entries to read again`

const signs = { added: '+', removed: '-', changed: '~' } as const

function planText(name: string, { before, fingerprint, changes, entries, rebuilt, taken, seconds }: Plan): string {
  const same = before?.fingerprint === fingerprint
  const head = before
    ? same
      ? `pipeline '${name}' is what ran last`
      : `pipeline '${name}' would follow '${before.pipeline}' (${before.fingerprint.slice(0, 8)} → ${fingerprint.slice(0, 8)})`
    : `no pipeline has run here yet`
  const again = rebuilt.flatMap(({ group, entries: from, incomplete }) => [
    `  ${group}: made again from all ${number(from)} entries of the log`,
    ...(incomplete === undefined
      ? []
      : [`    its windows that reach back to ${timeText(incomplete)}, up to which the log was forgotten, will be refused`]),
  ])
  return [
    head,
    ...changes.flatMap(changeLines),
    ...(before && !same && changes.length === 0
      ? ['  nothing that names, types or placements say (a version of map or score, an owner or a description)']
      : []),
    '',
    ...(again.length > 0 ? ['state', ...again] : ['state: every group goes on from what is saved']),
    `a start takes ${number(taken)} of ${number(entries)} entries again, in about ${seconds.toFixed(1)} s on this machine${
      again.length > 0 ? '; with run --take-over, beside the process that runs' : ''
    }`,
  ].join('\n')
}

function changeLines({ of, name, kind, details }: Change): string[] {
  return [`  ${signs[kind]} ${of} ${name}${kind === 'changed' ? '' : ` ${kind}`}`, ...details.map(detail => `      ${detail}`)]
}

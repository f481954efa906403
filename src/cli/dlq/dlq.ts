/** `spillway dlq`: the dead letters of a data folder. A run may hold the folder; it then makes the changes itself. */
import { withFolder } from '../../operate/index.ts'
import { subcommandOf } from '../command/arguments.ts'
import { defineCommand, type OptionSpecs, type Project, type OptionValues, UsageError } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-folder.ts'
import { dropDeadLetters, editDeadLetter, parseFieldSetting } from './dlq-edit.ts'
import { listDeadLetters, showDeadLetter } from './dlq-list.ts'
import { replayDeadLetters } from './dlq-replay.ts'

const options = {
  source: { value: 'NAME', help: 'list: dead letters of this source; replay: the source of dead letters that name no source' },
  reason: { value: 'REASON', help: 'list: dead letters with this reason' },
  settled: { help: 'list: dead letters that were replayed with success, or dropped' },
  set: {
    multiple: true,
    value: 'FIELD=VALUE',
    help: 'edit: set a field of the JSON record (FIELD:=JSON for null, lists and objects); may be repeated',
  },
  file: { value: 'FILE', help: 'edit: replace the record with the contents of this file' },
  'if-version': { value: 'VERSION', help: 'edit: only if nobody has changed the record since `dlq show` printed this version of it' },
  all: { help: 'replay: all dead letters that can be replayed' },
  why: { value: 'TEXT', help: 'drop: the reason, stored with the dead letter' },
  data: dataOption,
  json: { help: 'print dead letters, or their outcomes, as lines of JSON, and nothing else' },
} as const satisfies OptionSpecs

type Values = OptionValues<typeof options>
type Texts = readonly string[]

/** The options of each subcommand, besides `--data` and `--json`. */
const subcommandOptions = {
  list: ['source', 'reason', 'settled'],
  show: [],
  edit: ['set', 'file', 'if-version'],
  replay: ['all', 'source'],
  drop: ['why'],
} as const satisfies Readonly<Record<string, Texts>>

const subcommands = { list, show, edit, replay, drop } as const

/** The command `spillway dlq`. */
export const dlqCommand = defineCommand({
  name: 'dlq',
  task: 'Repair',
  takesPipeline: true,
  usage: 'list | show ID | edit ID | replay ID… | drop ID…',
  summary: 'list, show, edit, replay and drop dead letters, which are rejected records',
  options,
  run(values, [name, ...rest], project) {
    const verb = subcommandOf('dlq', Object.keys(subcommands) as (keyof typeof subcommands)[], name)
    const allowed: Texts = ['data', 'json', ...subcommandOptions[verb]]
    const unknown = Object.keys(values).find(option => !allowed.includes(option))
    if (unknown !== undefined) throw new UsageError(`dlq ${verb} has no option --${unknown}`)
    return subcommands[verb](dataFolderOf(values), rest, values, project)
  },
})

function list(data: string, extra: Texts, { source, reason, settled = false, json = false }: Values): Promise<number> {
  if (extra.length > 0) throw new UsageError(`dlq list takes no arguments, but got ${extra.join(', ')}`)
  return withFolder(data, folder => {
    listDeadLetters(folder, { source, reason, settled }, json)
    return 0
  })
}

function show(data: string, positionals: Texts, { json = false }: Values): Promise<number> {
  const id = singleId('show', positionals)
  return withFolder(data, folder => {
    showDeadLetter(folder, id, json)
    return 0
  })
}

function edit(data: string, positionals: Texts, values: Values, project: Project): Promise<number> {
  const { set, file, 'if-version': version, json = false } = values
  const id = singleId('edit', positionals)
  if ((set === undefined) === (file === undefined)) throw new UsageError('give the change: --set FIELD=VALUE, or --file FILE')
  return editDeadLetter(data, id, { settings: (set ?? []).map(parseFieldSetting), file, version, project, json })
}

function replay(data: string, positionals: Texts, { all = false, source, json = false }: Values, project: Project): Promise<number> {
  const ids = idsOf(positionals)
  if (all === ids.length > 0)
    throw new UsageError(
      all ? '--all selects every dead letter; leave out the numbers' : 'name dead letters by their numbers, or use --all',
    )
  return replayDeadLetters(data, { project, ids: all ? undefined : ids, source, json })
}

function drop(data: string, positionals: Texts, { why = '', json = false }: Values): Promise<number> {
  const ids = idsOf(positionals)
  if (ids.length === 0) throw new UsageError('name dead letters by their numbers')
  if (why.trim() === '') throw new UsageError('give the reason with --why TEXT; it is stored with the dead letter')
  return dropDeadLetters(data, ids, { why, json })
}

/** Distinct numbers of dead letters. Throws `UsageError`. */
function idsOf(texts: Texts): number[] {
  const invalid = texts.find(text => !isId(text))
  if (invalid !== undefined) throw new UsageError(`'${invalid}' is not the number of a dead letter`)
  return [...new Set(texts.map(Number))]
}

const isId = (text: string): boolean => /^[1-9]\d{0,14}$/.test(text)

function singleId(subcommand: string, [text, ...extra]: Texts): number {
  if (text === undefined || !isId(text))
    throw new UsageError(`name the dead letter to ${subcommand} by its number${text === undefined ? '' : `, not '${text}'`}`)
  if (extra.length > 0) throw new UsageError(`expected one dead letter, but also got ${extra.join(', ')}`)
  return Number(text)
}

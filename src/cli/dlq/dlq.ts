/** `spillway dlq`: the dead letters of a data folder. A run may hold the folder; it then makes the changes itself. */
import { withFolder } from '../../operate/index.ts'
import { subcommandOf } from '../command/arguments.ts'
import { defineCommand, type OptionSpecs, type Project, type OptionValues, UsageError } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-folder.ts'
import { dropDeadLetters, editDeadLetters, parseFieldRename, parseFieldSetting } from './dlq-edit.ts'
import { idsOfCause, listCauses, listDeadLetters, listDeadLettersOfCause, showDeadLetter } from './dlq-list.ts'
import { replayDeadLetters } from './dlq-replay.ts'

const options = {
  source: { value: 'NAME', help: 'list, causes: dead letters of this source; replay: the source of dead letters that name no source' },
  reason: { value: 'REASON', help: 'list, causes: dead letters with this reason' },
  cause: { value: 'CAUSE', help: 'list, edit, replay, drop: the dead letters of this cause, as `dlq causes` prints it' },
  settled: { help: 'list: dead letters that were replayed with success, or dropped' },
  set: {
    multiple: true,
    value: 'FIELD=VALUE',
    help: 'edit: set a field of the JSON record (FIELD:=JSON for null, lists and objects); may be repeated',
  },
  rename: { multiple: true, value: 'OLD=NEW', help: 'edit: rename a field of the JSON record; may be repeated' },
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
  causes: ['source', 'reason'],
  list: ['source', 'reason', 'cause', 'settled'],
  show: [],
  edit: ['cause', 'set', 'rename', 'file', 'if-version'],
  replay: ['all', 'cause', 'source'],
  drop: ['cause', 'why'],
} as const satisfies Readonly<Record<string, Texts>>

const subcommands = { causes, list, show, edit, replay, drop } as const

/** The command `spillway dlq`. */
export const dlqCommand = defineCommand({
  name: 'dlq',
  task: 'Repair',
  takesPipeline: true,
  usage: 'causes | list | show ID | edit ID… | replay ID… | drop ID…',
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

function causes(data: string, extra: Texts, { source, reason, json = false }: Values): Promise<number> {
  if (extra.length > 0) throw new UsageError(`dlq causes takes no arguments, but got ${extra.join(', ')}`)
  return withFolder(data, async folder => {
    await listCauses(folder, { source, reason }, json)
    return 0
  })
}

function list(data: string, extra: Texts, { source, reason, cause, settled = false, json = false }: Values): Promise<number> {
  if (extra.length > 0) throw new UsageError(`dlq list takes no arguments, but got ${extra.join(', ')}`)
  if (cause !== undefined && (source !== undefined || reason !== undefined || settled))
    throw new UsageError('--cause selects unsettled dead letters of one source and reason; leave out the other filters')
  return withFolder(data, async folder => {
    if (cause !== undefined) await listDeadLettersOfCause(folder, cause, json)
    else listDeadLetters(folder, { source, reason, settled }, json)
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

async function edit(data: string, positionals: Texts, values: Values, project: Project): Promise<number> {
  const { set = [], rename = [], file, cause, 'if-version': version, json = false } = values
  if ([set.length > 0, rename.length > 0, file !== undefined].filter(Boolean).length !== 1)
    throw new UsageError('give one kind of change: --set FIELD=VALUE, --rename OLD=NEW, or --file FILE')
  const isOfOne = file !== undefined || version !== undefined
  if (isOfOne && cause !== undefined) throw new UsageError('--file and --if-version are of one dead letter; name it by its number')
  const ids = isOfOne ? [singleId('edit', positionals)] : await selectedIds(data, positionals, cause)
  if (ids === undefined) throw new UsageError(BY_NUMBER_OR_CAUSE)
  const settings = set.map(parseFieldSetting)
  return editDeadLetters(data, ids, { settings, renames: rename.map(parseFieldRename), file, version, cause, project, json })
}

async function replay(data: string, positionals: Texts, values: Values, project: Project): Promise<number> {
  const { all = false, cause, source, json = false } = values
  if (all && (positionals.length > 0 || cause !== undefined))
    throw new UsageError('--all selects every dead letter; leave out the numbers and the cause')
  const ids = all ? undefined : await selectedIds(data, positionals, cause)
  if (!all && ids === undefined) throw new UsageError('name dead letters by their numbers, or use --cause or --all')
  return replayDeadLetters(data, { project, ids, areNamed: positionals.length > 0, source, json })
}

async function drop(data: string, positionals: Texts, { cause, why = '', json = false }: Values): Promise<number> {
  const ids = await selectedIds(data, positionals, cause)
  if (ids === undefined) throw new UsageError(BY_NUMBER_OR_CAUSE)
  if (why.trim() === '') throw new UsageError('give the reason with --why TEXT; it is stored with the dead letter')
  return dropDeadLetters(data, ids, { why, areNamed: positionals.length > 0, json })
}

const BY_NUMBER_OR_CAUSE = 'name dead letters by their numbers, or use --cause CAUSE'

/** Numbers of the dead letters that are named by number or by cause; `undefined` if none is named. */
async function selectedIds(data: string, positionals: Texts, cause: string | undefined): Promise<readonly number[] | undefined> {
  const ids = idsOf(positionals)
  if (cause === undefined) return ids.length === 0 ? undefined : ids
  if (ids.length > 0) throw new UsageError('--cause selects the dead letters of a cause; leave out the numbers')
  return withFolder(data, ({ deadLetters }) => idsOfCause(deadLetters, cause))
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

/** `spillway dlq`: the dead letters of a data folder. A run may hold the folder; it then makes the changes itself. */
import { didYouMean } from '../../base/index.ts'
import { withFolder } from '../../operate/index.ts'
import { UsageError, type Command } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-option.ts'
import { dropDeadLetters, editDeadLetter } from './dlq-change.ts'
import { listDeadLetters, showDeadLetter } from './dlq-list.ts'
import { resendDeadLetters } from './dlq-replay.ts'
import { parseFieldSetting } from './dead-letter-edit.ts'

type Values = Readonly<Record<string, unknown>>
type Texts = readonly string[]

interface Subcommand {
  /** Options besides `--data` and `--json`. */
  readonly options: readonly string[]
  run(data: string, positionals: Texts, values: Values): Promise<number>
}

/** Subcommands by name. */
const subcommands: Readonly<Record<string, Subcommand>> = {
  list: { options: ['source', 'reason', 'settled'], run: list },
  show: { options: [], run: show },
  edit: { options: ['set', 'file', 'if-version'], run: edit },
  replay: { options: ['all', 'source'], run: resend },
  drop: { options: ['why'], run: drop },
}

/** The command `spillway dlq`. */
export const dlqCommand: Command = {
  name: 'dlq',
  usage: 'list | show ID | edit ID | replay ID… [PIPELINE] | drop ID…',
  summary: 'list, show, edit, resend and drop dead letters, which are rejected records',
  options: {
    source: {
      type: 'string',
      value: 'NAME',
      help: 'list: dead letters of this source; replay: the source of dead letters that name no source',
    },
    reason: { type: 'string', value: 'REASON', help: 'list: dead letters with this reason' },
    settled: { type: 'boolean', help: 'list: dead letters that were resent with success, or dropped' },
    set: {
      type: 'string',
      multiple: true,
      value: 'FIELD=VALUE',
      help: 'edit: set a field of the JSON record (FIELD:=JSON for null, lists and objects); may be repeated',
    },
    file: { type: 'string', value: 'FILE', help: 'edit: replace the record with the contents of this file' },
    'if-version': {
      type: 'string',
      value: 'VERSION',
      help: 'edit: only if nobody has changed the record since `dlq show` printed this version of it',
    },
    all: { type: 'boolean', help: 'replay: all dead letters that can be sent again' },
    why: { type: 'string', value: 'TEXT', help: 'drop: the reason, stored with the dead letter' },
    data: dataOption,
    json: { type: 'boolean', help: 'print dead letters, or their outcomes, as lines of JSON, and nothing else' },
  },
  run(values, [name, ...rest]) {
    const names = Object.keys(subcommands)
    if (name === undefined) throw new UsageError(`expected a subcommand: ${names.join(', ')}`)
    if (!Object.hasOwn(subcommands, name)) throw new UsageError(`dlq has no subcommand '${name}'${didYouMean(name, names)}`)
    const subcommand = subcommands[name]
    const unknown = Object.keys(values).find(option => !['data', 'json', ...subcommand.options].includes(option))
    if (unknown !== undefined) throw new UsageError(`dlq ${name} has no option --${unknown}`)
    return subcommand.run(dataFolderOf(values), rest, values)
  },
}

function list(data: string, extra: Texts, values: Values): Promise<number> {
  const {
    source,
    reason,
    settled = false,
    json = false,
  } = values as { source?: string; reason?: string; settled?: boolean; json?: boolean }
  if (extra.length > 0) throw new UsageError(`dlq list takes no arguments, but got ${extra.join(', ')}`)
  return withFolder(data, folder => {
    listDeadLetters(folder, { source, reason, settled, json })
    return 0
  })
}

function show(data: string, positionals: Texts, values: Values): Promise<number> {
  const id = singleId('show', positionals)
  return withFolder(data, folder => {
    showDeadLetter(folder, id, values['json'] === true)
    return 0
  })
}

function edit(data: string, positionals: Texts, values: Values): Promise<number> {
  const id = singleId('edit', positionals)
  const {
    set,
    file,
    'if-version': version,
    json = false,
  } = values as { set?: string[]; file?: string; 'if-version'?: string; json?: boolean }
  if ((set === undefined) === (file === undefined)) throw new UsageError('give the change: --set FIELD=VALUE, or --file FILE')
  return editDeadLetter(data, id, { settings: (set ?? []).map(parseFieldSetting), file, version, json })
}

function resend(data: string, positionals: Texts, values: Values): Promise<number> {
  const ids = positionals.filter(isId).map(Number)
  const paths = positionals.filter(text => !isId(text))
  const { all = false, source, json = false } = values as { all?: boolean; source?: string; json?: boolean }
  if (paths.length > 1) throw new UsageError(`expected one pipeline file, but also got ${paths.slice(1).join(', ')}`)
  if (all === ids.length > 0)
    throw new UsageError(
      all ? '--all selects every dead letter; leave out the numbers' : 'name dead letters by their numbers, or use --all',
    )
  return resendDeadLetters(data, { path: paths[0], ids: all ? undefined : [...new Set(ids)], source, json })
}

function drop(data: string, positionals: Texts, values: Values): Promise<number> {
  const { why = '', json = false } = values as { why?: string; json?: boolean }
  const invalid = positionals.find(text => !isId(text))
  if (invalid !== undefined) throw new UsageError(`'${invalid}' is not the number of a dead letter`)
  if (positionals.length === 0) throw new UsageError('name dead letters by their numbers')
  if (why.trim() === '') throw new UsageError('give the reason with --why TEXT; it is stored with the dead letter')
  return dropDeadLetters(data, [...new Set(positionals.map(Number))], { why, json })
}

const isId = (text: string): boolean => /^[1-9]\d{0,14}$/.test(text)

function singleId(subcommand: string, [text, ...extra]: Texts): number {
  if (text === undefined || !isId(text))
    throw new UsageError(`name the dead letter to ${subcommand} by its number${text === undefined ? '' : `, not '${text}'`}`)
  if (extra.length > 0) throw new UsageError(`expected one dead letter, but also got ${extra.join(', ')}`)
  return Number(text)
}

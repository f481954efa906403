/** `spillway alerts`: the alerts of a run, and where they go. */
import { subcommandOf } from '../command/arguments.ts'
import { defineCommand, UsageError } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-folder.ts'
import { changeAlerts, listAlerts } from './alerts-history.ts'
import { testAlerts } from './alerts-test.ts'

/** The options of each subcommand, besides `--data` and `--json`. */
const subcommandOptions: Readonly<Record<'list' | 'ack' | 'silence' | 'resolve' | 'test', readonly string[]>> = {
  list: ['all'],
  ack: ['note'],
  silence: ['note', 'for'],
  resolve: ['note', 'outcome', 'minutes'],
  test: [],
}

/** The command `spillway alerts`. */
export const alertsCommand = defineCommand({
  name: 'alerts',
  task: 'Run',
  takesPipeline: true,
  usage: '[list] | ack ID… | silence ID… --for LENGTH | resolve ID… | test [RECEIVER…]',
  summary: 'list, acknowledge, silence and resolve alerts, and test their receivers',
  options: {
    all: { help: 'list: resolved alerts too, with their cost by week' },
    note: { value: 'TEXT', help: 'ack, silence, resolve: a note for others' },
    for: { value: 'LENGTH', help: 'silence: its length, such as 2h' },
    outcome: { value: 'OUTCOME', help: 'resolve: acted (a person had to act) or noise' },
    minutes: { value: 'N', help: 'resolve: minutes that people spent' },
    data: dataOption,
    json: { help: 'list, test: print lines of JSON, and nothing else' },
  },
  run(values, [name, ...rest], project) {
    const verb = subcommandOf('alerts', ['list', 'ack', 'silence', 'resolve', 'test'], name ?? 'list')
    const allowed = ['data', 'json', ...subcommandOptions[verb]]
    const unknown = Object.keys(values).find(option => !allowed.includes(option))
    if (unknown !== undefined) throw new UsageError(`alerts ${verb} has no option --${unknown}`)
    if (verb === 'test') return testAlerts(rest, values, project)
    if (verb !== 'list') return changeAlerts(dataFolderOf(values), verb, rest, values)
    if (rest.length > 0) throw new UsageError(`alerts list takes no arguments, but got ${rest.join(', ')}`)
    return Promise.resolve(listAlerts(dataFolderOf(values), values))
  },
})

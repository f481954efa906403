/** `spillway alerts`: the alerts of a run, and where they go. */
import { subcommandOf } from '../command/arguments.ts'
import { defineCommand } from '../command/command.ts'
import { testAlerts } from './alerts-test.ts'

/** The command `spillway alerts`. */
export const alertsCommand = defineCommand({
  name: 'alerts',
  task: 'Run',
  takesPipeline: true,
  usage: 'test [RECEIVER…]',
  summary: 'send a test notification to the receivers of alerts',
  options: {
    json: { help: 'print the answers as lines of JSON, and nothing else' },
  },
  run(values, [verb, ...names], project) {
    subcommandOf('alerts', ['test'], verb)
    return testAlerts(names, values, project)
  },
})

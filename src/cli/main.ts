/** The command line: selects a command, parses its options, and prints its errors. */
import '../base/node/compilers.ts'
import { didYouMean } from '../base/index.ts'
import { type Command, errorText, helpOf, isSpillwayError, overviewOf, parseCommand, UsageError, usageOf } from './command/command.ts'
import { completionCommand } from './help/completion.ts'
import { openProject } from './command/project.ts'
import { packageVersion } from '../base/node/index.ts'
import { printStatus } from './command/print.ts'

/** The commands in the order of the help within each task. A process loads the modules of the command that it runs, and no others. */
const loaders: ReadonlyMap<string, () => Promise<Command>> = new Map(
  Object.entries({
    init: async () => (await import('./init/init.ts')).initCommand,
    dev: async () => (await import('./dev/dev.ts')).devCommand,
    replay: async () => (await import('./replay/replay.ts')).replayCommand,
    lineage: async () => (await import('./inspect/lineage.ts')).lineageCommand,
    audit: async () => (await import('./audit/audit.ts')).auditCommand,
    'training-set': async () => (await import('./models/training-set.ts')).trainingSetCommand,
    backfill: async () => (await import('./backfill/backfill.ts')).backfillCommand,
    train: async () => (await import('./models/train.ts')).trainCommand,
    models: async () => (await import('./models/models.ts')).modelsCommand,
    drift: async () => (await import('./models/drift.ts')).driftCommand,
    run: async () => (await import('./run/run.ts')).runCommand,
    gate: async () => (await import('./gate/gate.ts')).gateCommand,
    alerts: async () => (await import('./alerts/alerts.ts')).alertsCommand,
    plan: async () => (await import('./inspect/plan.ts')).planCommand,
    schema: async () => (await import('./schema/schema.ts')).schemaCommand,
    observe: async () => (await import('./observe/observe.ts')).observeCommand,
    jobs: async () => (await import('./inspect/jobs.ts')).jobsCommand,
    backup: async () => (await import('./backup/backup.ts')).backupCommand,
    tokens: async () => (await import('./inspect/tokens.ts')).tokensCommand,
    inspect: async () => (await import('./inspect/inspect.ts')).inspectCommand,
    decisions: async () => (await import('./inspect/decisions.ts')).decisionsCommand,
    features: async () => (await import('./inspect/features.ts')).featuresCommand,
    effects: async () => (await import('./inspect/effects.ts')).effectsCommand,
    trace: async () => (await import('./inspect/trace.ts')).traceCommand,
    runs: async () => (await import('./inspect/batch-runs.ts')).runsCommand,
    reports: async () => (await import('./inspect/reports.ts')).reportsCommand,
    dlq: async () => (await import('./dlq/dlq.ts')).dlqCommand,
    reconcile: async () => (await import('./reconcile/reconcile.ts')).reconcileCommand,
    restore: async () => (await import('./backup/restore.ts')).restoreCommand,
    explain: async () => (await import('./help/explain.ts')).explainCommand,
    completion: async () => completionCommand(allCommands),
  }),
)

/** Loads all commands, in the order of the help within each task. */
export const allCommands = (): Promise<readonly Command[]> => Promise.all([...loaders.values()].map(async load => load()))

/** Runs a command line. Returns the exit code: 0 for success, 1 for a failure, 2 for wrong usage. */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  if (name === '--version' || name === '-v') {
    console.log(packageVersion())
    return 0
  }
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    console.log(overviewOf(await allCommands(), process.stdout.columns))
    return name === undefined ? 2 : 0
  }
  const load = loaders.get(name)
  if (!load) {
    const [kind, names] = name.startsWith('-') ? ['option', ['--help', '--version']] : ['command', [...loaders.keys()]]
    console.error(`spillway: no ${kind} '${name}'${didYouMean(name, names)}`)
    return 2
  }
  const command = await load()
  try {
    const parsed = parseCommand(command, rest)
    if (parsed.isHelp) {
      console.log(helpOf(command, process.stdout.columns))
      return 0
    }
    const { values, project } = await openProject(command, parsed)
    return await command.run(values, parsed.positionals, project)
  } catch (error) {
    console.error(errorText(error))
    // In a log file a failure stays one line.
    if (isSpillwayError(error) && process.stderr.isTTY) printStatus(`Run spillway explain ${error.code} for the causes and the fix.`)
    if (!(error instanceof UsageError)) return 1
    console.error(`\n${usageOf(command)}`)
    return 2
  }
}

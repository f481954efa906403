/** The command line: selects a command, parses its options, and prints its errors. */
import '../base/node/compilers.ts'
import { didYouMean } from '../base/index.ts'
import { alertsCommand } from './alerts/alerts.ts'
import { auditCommand } from './audit/audit.ts'
import { backupCommand } from './backup/backup.ts'
import { backfillCommand } from './backfill/backfill.ts'
import { type Command, errorText, helpOf, isSpillwayError, overviewOf, parseCommand, UsageError, usageOf } from './command/command.ts'
import { decisionsCommand } from './inspect/decisions.ts'
import { devCommand } from './dev/dev.ts'
import { dlqCommand } from './dlq/dlq.ts'
import { driftCommand } from './models/drift.ts'
import { completionCommand } from './help/completion.ts'
import { gateCommand } from './gate/gate.ts'
import { explainCommand } from './help/explain.ts'
import { effectsCommand } from './inspect/effects.ts'
import { featuresCommand } from './inspect/features.ts'
import { inspectCommand } from './inspect/inspect.ts'
import { initCommand } from './init/init.ts'
import { jobsCommand } from './inspect/jobs.ts'
import { lineageCommand } from './inspect/lineage.ts'
import { modelsCommand } from './models/models.ts'
import { observeCommand } from './observe/observe.ts'
import { openProject } from './command/project.ts'
import { packageVersion } from '../base/node/index.ts'
import { printStatus } from './command/print.ts'
import { planCommand } from './inspect/plan.ts'
import { reconcileCommand } from './reconcile/reconcile.ts'
import { replayCommand } from './replay/replay.ts'
import { reportsCommand } from './inspect/reports.ts'
import { restoreCommand } from './backup/restore.ts'
import { runCommand } from './run/run.ts'
import { runsCommand } from './inspect/batch-runs.ts'
import { schemaCommand } from './schema/schema.ts'
import { tokensCommand } from './inspect/tokens.ts'
import { traceCommand } from './inspect/trace.ts'
import { trainCommand } from './models/train.ts'
import { trainingSetCommand } from './models/training-set.ts'

const commandsOfTasks: readonly Command[] = [
  initCommand,
  devCommand,
  replayCommand,
  lineageCommand,
  auditCommand,
  trainingSetCommand,
  backfillCommand,
  trainCommand,
  modelsCommand,
  driftCommand,
  runCommand,
  gateCommand,
  alertsCommand,
  planCommand,
  schemaCommand,
  observeCommand,
  jobsCommand,
  backupCommand,
  tokensCommand,
  inspectCommand,
  decisionsCommand,
  featuresCommand,
  effectsCommand,
  traceCommand,
  runsCommand,
  reportsCommand,
  dlqCommand,
  reconcileCommand,
  restoreCommand,
  explainCommand,
]

/** All commands, in the order of the help within each task. */
export const commands: readonly Command[] = [...commandsOfTasks, completionCommand(commandsOfTasks)]

/** Runs a command line. Returns the exit code: 0 for success, 1 for a failure, 2 for wrong usage. */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  if (name === '--version' || name === '-v') {
    console.log(packageVersion())
    return 0
  }
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    console.log(overviewOf(commands, process.stdout.columns))
    return name === undefined ? 2 : 0
  }
  const command = commands.find(candidate => candidate.name === name)
  if (!command) {
    const [kind, names] = name.startsWith('-')
      ? ['option', ['--help', '--version']]
      : ['command', commands.map(candidate => candidate.name)]
    console.error(`spillway: no ${kind} '${name}'${didYouMean(name, names)}`)
    return 2
  }
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

/** `spillway run`: parses the options and starts the run. */
import { defineCommand, type OptionSpecs, type OptionValues, type Project, UsageError } from '../command/command.ts'
import { lineageTarget } from '../../openlineage/index.ts'
import { dataFolderOf, dataOption } from '../command/data-folder.ts'
import { addressHelp, STANDARD_INPUT } from '../../sources/index.ts'
import { checkHostNames, listenAddress, rateLimitOf, rateOption, webhookOption, parseWebhookSources } from './server-options.ts'
import { runUntilSignal, type RunRequest } from './run-process.ts'
import { backupOfRun, backupOptions } from './backup-option.ts'
import { parseSchedule } from './reconcile-option.ts'
import { printedOutput, type RunOutput } from './run-output.ts'
import { parseDuration, expectNoArguments, sourceFiles, wholeNumber } from '../command/arguments.ts'

const BATCH_THREADS_MAX = 99

const options = {
  source: {
    multiple: true,
    setting: 'feed',
    value: 'NAME=FILE',
    help: `a file of a source, followed as it grows (NDJSON) or read once (CSV, Parquet, gzip); - is standard input, ${addressHelp}; may be repeated`,
  },
  listen: {
    setting: 'listen',
    unless: ['once'],
    value: 'ADDRESS',
    help: 'serve over HTTP at PORT or HOST:PORT; on by default without --source [default: 127.0.0.1:7070]',
  },
  'no-auth': { help: 'require no tokens, on a loopback address only' },
  host: {
    multiple: true,
    value: 'NAME',
    help: 'a host name of the server besides those of this machine, such as the name of a proxy; may be repeated',
  },
  rate: rateOption,
  webhook: webhookOption,
  // Before the data folder: the settings of backups are for the folder of the configuration, not for one of the command line.
  ...backupOptions,
  data: dataOption,
  'dry-run': { help: 'record and print effects, but send none' },
  'take-over': {
    help: 'get ready while a different process holds the folder, then ask that process to stop and continue in its place',
  },
  keep: {
    value: 'DURATION',
    help: 'delete events that arrived longer ago, and their decisions, once no window, id or revision needs them [default: keep all]',
  },
  'batch-threads': {
    value: 'N',
    help: 'the number of threads for a batch run [default: one fewer than cores, at least 1]',
  },
  audit: { value: 'DIR', help: 'the folder of `spillway audit` whose report the dashboard shows [default: audit]' },
  reconcile: {
    value: 'SCHEDULE',
    help: "compare recorded decisions with SQL over the same log on this schedule: a cron in UTC such as '0 4 * * *', or an interval such as 6h",
  },
  once: {
    help: 'stop at the end of the files, after all due batch runs, reports, trainings and backups, and after a reconciliation with --reconcile',
  },
  decisions: {
    value: 'FILE',
    help: 'append each decision to this file once it is durable, as NDJSON; - is standard output',
  },
  json: { help: 'print the counts as one JSON object at the end' },
} as const satisfies OptionSpecs

type Values = OptionValues<typeof options>

/** The command `spillway run`. */
export const runCommand = defineCommand({
  name: 'run',
  task: 'Run',
  takesPipeline: true,
  usage: '[--source NAME=FILE…] [--listen ADDRESS]',
  summary: 'run a pipeline; acknowledged events survive a crash at any moment',
  options,
  run: (values, positionals, project) => startRun(values, positionals, project, printedOutput),
})

/** Runs the pipeline of parsed options. Returns the exit code. Throws `UsageError`. */
export async function startRun(values: Values, positionals: readonly string[], project: Project, output: RunOutput): Promise<number> {
  expectNoArguments(positionals, project)
  const request = requestOf(values, project, project.requirePath())
  const pipeline = await project.importPipeline()
  const printing = pipeline.ir.actions?.find(({ do: effect }) => effect.kind === 'stdout')
  if (printing && (request.json || request.decisions === STANDARD_INPUT))
    throw new UsageError(`action '${printing.name}' writes to standard output, so --json and --decisions - cannot be used`)
  return runUntilSignal(pipeline, request, output)
}

/** Throws `UsageError`. */
function requestOf(values: Values, project: Project, path: string): RunRequest {
  const { once = false, keep, decisions, json = false, listen, 'batch-threads': threads, host: hosts = [] } = values
  const files = sourceFiles(values.source)
  const { places } = project
  const hasSources = files.length > 0 || places.length > 0
  if (!hasSources && once) throw new UsageError('--once needs files: add --source NAME=FILE, or feed to a source in spillway.config.ts')
  if (once && listen !== undefined)
    throw new UsageError('--once stops at the end of the files, but a server never ends; leave out --once or --listen')
  if (files.filter(file => file.path === STANDARD_INPUT).length > 1) throw new UsageError('standard input feeds one source')
  if (json && decisions === STANDARD_INPUT) throw new UsageError('--json and --decisions - would both write to standard output')
  const batchThreads = threads === undefined ? undefined : wholeNumber('--batch-threads', threads, 1, BATCH_THREADS_MAX)
  const listens = listen !== undefined || !hasSources
  const webhooks = parseWebhookSources(values.webhook ?? [])
  const rate = rateLimitOf(values.rate)
  checkHostNames(hosts)
  const serverOption = webhooks.length > 0 ? '--webhook' : rate ? '--rate' : hosts.length > 0 ? '--host' : undefined
  if (serverOption !== undefined && !listens) throw new UsageError(`${serverOption} needs a server: --listen 7070`)
  return {
    files,
    places,
    listen: listens ? listenAddress(listen) : undefined,
    noAuth: values['no-auth'] === true,
    hosts,
    rate,
    webhooks,
    data: dataFolderOf(values),
    once,
    isDry: values['dry-run'] === true,
    takesOver: values['take-over'] === true,
    keepMs: keep === undefined ? undefined : parseDuration('--keep', keep),
    batchThreads,
    reconcile: parseSchedule('--reconcile', values.reconcile),
    backup: backupOfRun(values),
    lineage: lineageTarget(project.openlineage, process.env),
    decisions,
    recordDestinations: project.recordDestinations(),
    auditFolder: values.audit,
    path,
    configFile: project.configFile,
    alerts: { notify: project.alertDestinations(), thresholds: project.alertThresholds() },
    json,
  }
}

/** `spillway run`: parses the options and starts the run. */
import { durationMs, type Duration } from '../../base/index.ts'
import { UsageError, type Command } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-option.ts'
import { STANDARD_INPUT } from '../../sources/index.ts'
import { importPipeline } from '../command/pipeline-file.ts'
import { rateLimitOf, rateOption } from '../command/rate-option.ts'
import { runPipeline, type RunRequest } from './run-process.ts'
import { parseSchedule } from './reconcile-option.ts'
import { printedOutput, type RunOutput } from './run-output.ts'
import { sourceFiles } from '../command/source-files-option.ts'
import { webhookOption, parseWebhookSources } from '../command/webhook-option.ts'

/** The command `spillway run`. */
export const runCommand: Command = {
  name: 'run',
  usage: 'PIPELINE [--source NAME=FILE…] [--listen ADDRESS]',
  summary: 'run a pipeline; acknowledged events survive a crash at any moment',
  options: {
    source: {
      type: 'string',
      multiple: true,
      value: 'NAME=FILE',
      help: 'a file of a source, followed as it grows (NDJSON) or read once (CSV, Parquet, gzip); - is standard input, pg:TABLE an outbox in PostgreSQL, pg-changes:TABLE the changes of a table, samples: sample events; may be repeated',
    },
    listen: {
      type: 'string',
      value: 'ADDRESS',
      help: 'serve over HTTP at PORT or HOST:PORT (default without --source: 127.0.0.1:7070)',
    },
    open: { type: 'boolean', help: 'require no tokens, on a loopback address only' },
    host: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: 'a host name of the server besides those of this machine, such as the name of a proxy; may be repeated',
    },
    rate: rateOption,
    webhook: webhookOption,
    data: dataOption,
    'dry-run': { type: 'boolean', help: 'record and print effects, but send none' },
    'take-over': {
      type: 'boolean',
      help: 'get ready while a different process holds the folder, then ask that process to stop and continue in its place',
    },
    keep: {
      type: 'string',
      value: 'DURATION',
      help: 'delete events that arrived longer ago, and their decisions, once no window, id or revision needs them (default: keep all)',
    },
    'batch-threads': {
      type: 'string',
      value: 'N',
      help: 'the number of threads for a batch run (default: one fewer than cores, at least 1)',
    },
    reconcile: {
      type: 'string',
      value: 'SCHEDULE',
      help: "compare recorded decisions with SQL over the same log on this schedule: a cron in UTC such as '0 4 * * *', or an interval such as 6h",
    },
    once: { type: 'boolean', help: 'stop at the end of the files, after all due batch runs, reports and trainings' },
    decisions: {
      type: 'string',
      value: 'FILE',
      help: 'append each decision to this file once it is durable, as NDJSON; - is standard output',
    },
    json: { type: 'boolean', help: 'print the counts as one JSON object at the end' },
  },
  run: (values, positionals) => startRun(values, positionals, printedOutput),
}

/** Runs the pipeline of parsed options. Returns the exit code. Throws `UsageError`. */
export async function startRun(
  values: Readonly<Record<string, unknown>>,
  positionals: readonly string[],
  output: RunOutput,
): Promise<number> {
  const { path, ...request } = requestOf(values, positionals)
  const pipeline = await importPipeline(path)
  const printing = pipeline.ir.actions?.find(({ do: effect }) => effect.kind === 'stdout')
  if (printing && (request.json || request.decisions === STANDARD_INPUT))
    throw new UsageError(`action '${printing.name}' writes to standard output, so --json and --decisions - cannot be used`)
  return runPipeline(pipeline, request, output)
}

/** Throws `UsageError`. */
function requestOf(values: Readonly<Record<string, unknown>>, [path, ...extra]: readonly string[]): RunRequest & { path: string } {
  if (path === undefined) throw new UsageError('name the pipeline file')
  if (extra.length > 0) throw new UsageError(`expected one pipeline file, but also got ${extra.join(', ')}`)
  const { once = false, keep, decisions, json = false } = values as { once?: boolean; keep?: Duration; decisions?: string; json?: boolean }
  if (keep !== undefined) checkDuration(keep)
  const files = sourceFiles((values['source'] as string[] | undefined) ?? [])
  const listen = values['listen'] as string | undefined
  if (files.length === 0 && once) throw new UsageError('--once needs files: add --source NAME=FILE')
  if (once && listen !== undefined)
    throw new UsageError('--once stops at the end of the files, but a server never ends; leave out --once or --listen')
  if (files.filter(file => file.path === STANDARD_INPUT).length > 1) throw new UsageError('standard input feeds one source')
  if (json && decisions === STANDARD_INPUT) throw new UsageError('--json and --decisions - would both write to standard output')
  const threads = values['batch-threads'] as string | undefined
  if (threads !== undefined && !/^[1-9]\d?$/.test(threads))
    throw new UsageError(`--batch-threads ${threads} is not a whole number from 1 to 99`)
  const listens = listen !== undefined || files.length === 0
  const webhooks = parseWebhookSources((values['webhook'] as string[] | undefined) ?? [])
  const rate = rateLimitOf(values['rate'] as string | undefined)
  const hosts = (values['host'] as string[] | undefined) ?? []
  const invalidHost = hosts.find(name => !/^[\w.-]+$/.test(name))
  if (invalidHost !== undefined)
    throw new UsageError(`--host ${invalidHost} is not a host name; write it without a scheme and a port: --host flow.example.com`)
  const serverOption = webhooks.length > 0 ? '--webhook' : rate ? '--rate' : hosts.length > 0 ? '--host' : undefined
  if (serverOption !== undefined && !listens) throw new UsageError(`${serverOption} needs a server: --listen 7070`)
  return {
    path,
    files,
    listen: listens ? addressOf(listen) : undefined,
    isOpen: values['open'] === true,
    hosts,
    rate,
    webhooks,
    data: dataFolderOf(values),
    once,
    isDry: values['dry-run'] === true,
    takesOver: values['take-over'] === true,
    keep,
    batchThreads: threads === undefined ? undefined : Number(threads),
    reconcile: parseSchedule(values['reconcile'] as string | undefined),
    decisions,
    json,
  }
}

/** Parses `7070`, `host:7070` or `[::1]:7070`. Throws `UsageError`. */
function addressOf(text: string | undefined): { host?: string; port?: number } {
  if (text === undefined) return {}
  const [, ipv6, name, port] = /^(?:(?:\[([^\]]+)\]|([^:[\]]+)):)?(\d{1,5})$/.exec(text) ?? []
  if (port === undefined || Number(port) > 65_535) throw new UsageError(`--listen ${text} is not PORT or HOST:PORT; write --listen 7070`)
  const host = ipv6 ?? name
  return { ...(host !== undefined && { host }), port: Number(port) }
}

/** Throws `UsageError`. */
function checkDuration(keep: Duration): void {
  try {
    durationMs(keep)
  } catch (error) {
    throw new UsageError(`--keep: ${(error as Error).message}`)
  }
}

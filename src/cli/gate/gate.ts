/** `spillway gate`: checks the records of a raw topic, and writes them to the topic that others read. */
import { callEvery, limits, requireDefinition, wallClock } from '../../base/index.ts'
import type { FeedPlace } from '../../define/config/index.ts'
import { isTopicName } from '../../define/ir/index.ts'
import { TopicGate } from '../../gate/index.ts'
import type { RunningServer } from '../../serve/index.ts'
import { rawTopicOf } from '../../sources/index.ts'
import { expectNoArguments } from '../command/arguments.ts'
import { defineCommand, type OptionSpecs, type OptionValues, type Project, UsageError } from '../command/command.ts'
import { dataFolderOf, dataOption, DEFAULT_DATA_FOLDER } from '../command/data-folder.ts'
import { printStatus } from '../command/print.ts'
import { formatNumber, pluralize } from '../command/text-format.ts'
import { untilSignal } from '../command/until-signal.ts'
import { checkHostNames, listenAddress } from '../run/server-options.ts'
import { StatusLine } from '../run/status-line.ts'

const STATUS_EVERY_MS = 5000

const options = {
  source: { value: 'NAME', help: 'the source whose records the raw topic has' },
  raw: {
    value: 'TOPIC',
    help: 'the topic that producers write to, of the brokers in KAFKA_BROKERS; TOPIC?value=avro for another format than JSON',
  },
  checked: { value: 'TOPIC', help: 'the topic that gets the events, each once' },
  rejected: { value: 'TOPIC', help: 'the topic that gets the rejected records' },
  once: { help: 'stop at the end of the raw topic' },
  listen: { value: 'ADDRESS', help: 'take events over HTTP, and serve probes and metrics, at PORT or HOST:PORT' },
  'no-auth': { help: 'require no tokens, on a loopback address only' },
  host: {
    multiple: true,
    value: 'NAME',
    help: 'a host name of the server besides those of this machine, such as the name of a proxy; may be repeated',
  },
  data: { ...dataOption, help: `the data folder with the tokens of the server [default: ${DEFAULT_DATA_FOLDER}]` },
} as const satisfies OptionSpecs

/** The command `spillway gate`. */
export const gateCommand = defineCommand({
  name: 'gate',
  task: 'Run',
  takesPipeline: true,
  usage: '--source NAME [--raw TOPIC --checked TOPIC --rejected TOPIC] [--listen ADDRESS]',
  summary: 'check the records of a topic of Kafka, and write the events of a source to another, each exactly once',
  options,
  async run({ source: name, once = false, ...values }, positionals, project) {
    expectNoArguments(positionals, project)
    project.requirePath()
    if (name === undefined) throw new UsageError('name the source: --source payments')
    const { raw, checked, rejected } = topicsOf(name, values, project)
    const serving = servingOf(values, once)
    const { ir, maps } = await project.importPipeline()
    const source = requireDefinition(ir.name, 'source', ir.sources, name)
    const rawTopic = rawTopicOf(raw, { source, env: process.env })
    if (new Set([rawTopic.topic, checked, rejected]).size < 3)
      throw new UsageError('the raw topic, that of events and that of rejected records are three topics')
    const onReport = (report: string): void => printStatus(`  ${report}`)
    const sampling = serving && { sampleMs: limits.GATE_SAMPLE_MS }
    const topics = { raw: rawTopic, checked, rejected }
    const gate = new TopicGate({ source, map: maps.get(name), ...topics, clock: wallClock, onReport, once, ...sampling })
    return workUntilSignal(gate, serving, `gate of source '${name}': ${rawTopic.topic} → ${checked}, ${rejected}`)
  },
})

type StartServing = (gate: TopicGate) => Promise<RunningServer>

/** The server of `--listen`; undefined without it. Throws `UsageError`. */
function servingOf(
  {
    listen,
    host: hosts = [],
    'no-auth': noAuth = false,
    ...values
  }: Pick<OptionValues<typeof options>, 'listen' | 'host' | 'no-auth' | 'data'>,
  once: boolean,
): StartServing | undefined {
  checkHostNames(hosts)
  if (listen === undefined) {
    if (hosts.length > 0) throw new UsageError('--host needs a server: --listen 7070')
    return undefined
  }
  if (once) throw new UsageError('--once stops at the end of the raw topic, but a server never ends; leave out --once or --listen')
  const place = { ...listenAddress(listen), noAuth, data: dataFolderOf(values), ...(hosts.length > 0 && { hosts }) }
  return async gate => {
    // Loading Fastify takes 0.1 s, so it is loaded only for a server.
    const { startGateServer } = await import('../../serve/index.ts')
    const server = await startGateServer({ ...place, gate, onError: error => printStatus(`  ${String(error)}`) })
    printStatus(`  listening at ${server.url}`)
    return server
  }
}

/** `ready`: the line that says what it does, which a supervisor may wait for before it sends a signal. */
async function workUntilSignal(gate: TopicGate, serving: StartServing | undefined, ready: string): Promise<number> {
  const stopped = untilSignal()
  printStatus(ready)
  const text = (): string => {
    const { accepted, duplicates, rejected } = gate.counts
    return `${pluralize(accepted, 'event')}, ${pluralize(duplicates, 'duplicate')}, ${formatNumber(rejected)} rejected since the start`
  }
  const server = await serving?.(gate)
  const statusLine = new StatusLine(printStatus)
  const status = callEvery(STATUS_EVERY_MS, () => statusLine.update(text()))
  try {
    await gate.run(stopped.signal)
    printStatus(`stopped. ${text()}`)
    return 0
  } finally {
    status.stop()
    stopped.forget()
    await server?.close()
  }
}

interface TopicOptions {
  readonly raw?: string | undefined
  readonly checked?: string | undefined
  readonly rejected?: string | undefined
}

/** The topics of the command line, else those of the configuration. Throws `UsageError`. */
function topicsOf(source: string, { raw, checked, rejected }: TopicOptions, project: Project) {
  const configured = project.gateOf(source)
  const place: string | FeedPlace | undefined = raw === undefined ? configured?.raw : `kafka:${raw}`
  if (place === undefined)
    throw new UsageError(
      `name the topics: --raw TOPIC --checked TOPIC --rejected TOPIC, or write sources.${source}.gate in spillway.config.ts`,
    )
  return {
    raw: place,
    checked: topicOf('--checked', checked ?? configured?.checked),
    rejected: topicOf('--rejected', rejected ?? configured?.rejected),
  }
}

function topicOf(option: string, name: string | undefined): string {
  if (name === undefined) throw new UsageError(`name the topic: ${option} TOPIC`)
  if (!isTopicName(name)) throw new UsageError(`${option} ${String(name)} is no name of a topic: letters, digits, ., _ and -`)
  return name
}

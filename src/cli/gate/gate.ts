/** `spillway gate`: checks the records of a raw topic, and writes them to the topic that others read. */
import { connectionReader, openDriver } from '../../action/index.ts'
import { callEvery, requireDefinition, wallClock } from '../../base/index.ts'
import { plainKafkaPlace } from '../../define/config/index.ts'
import { isTopicName } from '../../define/ir/index.ts'
import { TopicGate } from '../../gate/index.ts'
import { JsonLineReader } from '../../intake/index.ts'
import { openValueFormat } from '../../kafka/index.ts'
import { expectNoArguments } from '../command/arguments.ts'
import { defineCommand, type OptionSpecs, UsageError } from '../command/command.ts'
import { printStatus } from '../command/print.ts'
import { formatNumber, pluralize } from '../command/text-format.ts'
import { untilSignal } from '../run/run-process.ts'
import { StatusLine } from '../run/status-line.ts'

const STATUS_EVERY_MS = 5000
const DEFAULT_GROUP = 'spillway-gate'

const options = {
  source: { value: 'NAME', help: 'the source whose records the raw topic has' },
  raw: { value: 'TOPIC', help: 'the topic that producers write to' },
  checked: { value: 'TOPIC', help: 'the topic that gets the events, each once' },
  rejected: { value: 'TOPIC', help: 'the topic that gets the rejected records' },
  group: { value: 'NAME', help: `the consumer group that gets the offsets of the raw topic [default: ${DEFAULT_GROUP}]` },
  once: { help: 'stop at the end of the raw topic' },
} as const satisfies OptionSpecs

/** The command `spillway gate`. */
export const gateCommand = defineCommand({
  name: 'gate',
  task: 'Run',
  takesPipeline: true,
  usage: '--source NAME --raw TOPIC --checked TOPIC --rejected TOPIC',
  summary: 'check the records of a topic of Kafka, and write the events of a source to another, each exactly once',
  options,
  async run({ source: name, raw, checked, rejected, group = DEFAULT_GROUP, once = false }, positionals, project) {
    expectNoArguments(positionals, project)
    project.requirePath()
    if (name === undefined) throw new UsageError('name the source: --source payments')
    const topics = { raw: topicOf('--raw', raw), checked: topicOf('--checked', checked), rejected: topicOf('--rejected', rejected) }
    if (new Set(Object.values(topics)).size < 3) throw new UsageError('--raw, --checked and --rejected are three topics')
    const { ir, maps } = await project.importPipeline()
    const source = requireDefinition(ir.name, 'source', ir.sources, name)
    const read = connectionReader(plainKafkaPlace(topics.raw), { owner: `source '${name}': kafka:${topics.raw}`, env: process.env })
    read()
    const gate = new TopicGate({
      source,
      map: maps.get(name),
      topics,
      group,
      open: () => openDriver(read),
      openFormat: () => openValueFormat({ format: 'json', reader: JsonLineReader.of(source) }, () => {}),
      clock: wallClock,
      onReport: report => printStatus(`  ${report}`),
      once,
    })
    const text = () =>
      `${pluralize(gate.counts.accepted, 'event')}, ${pluralize(gate.counts.duplicates, 'duplicate')}, ${formatNumber(gate.counts.rejected)} rejected since the start`
    const statusLine = new StatusLine(printStatus)
    const status = callEvery(STATUS_EVERY_MS, () => statusLine.update(text()))
    const stopped = untilSignal()
    printStatus(`gate of source '${name}': ${topics.raw} → ${topics.checked}, ${topics.rejected}`)
    try {
      await gate.run(stopped.signal)
      printStatus(`stopped. ${text()}`)
      return 0
    } finally {
      status.stop()
      stopped.forget()
    }
  },
})

function topicOf(option: string, name: string | undefined): string {
  if (name === undefined) throw new UsageError(`name the topic: ${option} TOPIC`)
  if (!isTopicName(name)) throw new UsageError(`${option} ${String(name)} is no name of a topic: letters, digits, ., _ and -`)
  return name
}

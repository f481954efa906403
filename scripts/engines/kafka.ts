/** A Kafka broker that is its own controller (KRaft), or joins the cluster of one, on loopback, with little memory. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type EngineKind, freePorts, startProgram, type StartedEngine } from './engine.ts'
import { javaLibraries, type JavaPackage } from './java-packages.ts'

const FORMAT_MS_MAX = 180_000
const READY_MS_MAX = 1000
/** Files and folders of a broker. */
const [SETTINGS, LOGGING, DATA] = ['server.properties', 'log4j2.xml', 'data']

const packagesOf = (version: string): readonly JavaPackage[] => [
  // The broker and the tool that formats its storage.
  `org.apache.kafka:kafka_2.13:${version}`,
  // The command-line tools.
  `org.apache.kafka:kafka-tools:${version}`,
  // Without a binding Kafka logs nothing at all.
  'org.apache.logging.log4j:log4j-slf4j-impl:2.25.3',
]

interface ProgramOptions {
  readonly memoryMb?: number
  /** With the options of Kafka's own scripts: slower to start. */
  readonly isOptimized?: boolean
}

/** The options that Kafka's own scripts give to Java. */
const optimizedOptions = ['-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20', '-XX:InitiatingHeapOccupancyPercent=35']

/** Arguments of `java` for a class of Kafka. */
export const kafkaProgram = (
  version: string,
  main: string,
  { memoryMb = 256, isOptimized = false }: ProgramOptions = {},
): readonly string[] => [
  '-cp',
  join(javaLibraries(`kafka-${version}`, packagesOf(version)), '*'),
  `-Xmx${memoryMb}m`,
  ...(isOptimized ? optimizedOptions : ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']),
  main,
]

export const kafka: EngineKind = {
  name: 'kafka',
  versions: ['4.2.2', '3.9.2'],
  install(version) {
    javaLibraries(`kafka-${version}`, packagesOf(version))
  },
  start: (version, folder) => startKafka(version, folder),
}

/** A port of a broker besides its plain one. */
export interface BrokerListener {
  readonly name: string
  readonly protocol: 'PLAINTEXT' | 'SASL_PLAINTEXT' | 'SASL_SSL' | 'SSL'
  /** `host:port` for clients; it listens on loopback. */
  readonly address: string
  /** Port at which it listens, where clients come through a proxy; default that of the address. */
  readonly port?: number
}

/** Settings of a broker besides the usual ones. */
export interface BrokerExtras {
  readonly listeners: readonly BrokerListener[]
  /** Lines of its file of settings. */
  readonly settings: readonly string[]
  /** Arguments that format its storage. */
  readonly format: readonly string[]
  /** With the options of Kafka's own script, for benches: slower to start, and faster then. */
  readonly isOptimized?: boolean
  /** The cluster of another broker that it joins. */
  readonly joins?: ClusterSeat
}

/** The place of a broker in the cluster of another one, which is the only controller. */
interface ClusterSeat {
  readonly nodeId: number
  readonly controllerPort: number
}

interface StartedBroker extends StartedEngine {
  /** Port of the controller of its cluster. */
  readonly controllerPort: number
}

/** Starts a broker in an empty folder. */
export async function startKafka(
  version: string,
  folder: string,
  extras: BrokerExtras = { listeners: [], settings: [], format: [] },
): Promise<StartedBroker> {
  const [port, ownPort] = await freePorts(2)
  const { nodeId, controllerPort } = extras.joins ?? { nodeId: 1, controllerPort: ownPort }
  writeFileSync(join(folder, SETTINGS), settingsText(folder, port, { nodeId, controllerPort }, extras))
  writeFileSync(join(folder, LOGGING), loggingText)
  const isController = extras.joins === undefined
  const format = [
    'format',
    ...(isController ? ['--standalone'] : []),
    '--cluster-id',
    'c3BpbGx3YXktZW5naW5lcw',
    '--config',
    join(folder, SETTINGS),
    ...extras.format,
  ]
  const program = kafkaProgram(version, 'kafka.tools.StorageTool')
  const { status, stdout, stderr } = spawnSync('java', [loggingOption(folder), ...program, ...format], {
    encoding: 'utf8',
    timeout: FORMAT_MS_MAX,
  })
  if (status !== 0) throw new Error(`Kafka's storage cannot be formatted: ${stdout}${stderr}`)
  const address = `127.0.0.1:${port}`
  return { pid: await startBroker(version, folder, port, extras), address, env: { KAFKA_BROKERS: address }, controllerPort }
}

/** Starts the broker of a folder that `startKafka` has prepared. Resolves to its process number once it answers. */
export function startBroker(
  version: string,
  folder: string,
  port: number,
  { isOptimized = false }: Pick<BrokerExtras, 'isOptimized'> = {},
): Promise<number> {
  const program = kafkaProgram(version, 'kafka.Kafka', { memoryMb: isOptimized ? 1024 : 384, isOptimized })
  const args = [loggingOption(folder), ...program, join(folder, SETTINGS)]
  return startProgram('java', args, { folder, isReady: () => answers(port) })
}

/** The folder of a partition's records. */
export const partitionFolder = (folder: string, topic: string, partition: number): string => join(folder, DATA, `${topic}-${partition}`)

const loggingOption = (folder: string): string => `-Dlog4j2.configurationFile=${join(folder, LOGGING)}`

const loggingText = `<Configuration status="WARN">
  <Appenders><Console name="out" target="SYSTEM_OUT"><PatternLayout pattern="%d %p %c - %m%n"/></Console></Appenders>
  <Loggers><Root level="INFO"><AppenderRef ref="out"/></Root></Loggers>
</Configuration>
`

/** One replica unless the caller says otherwise, and groups begin at once. Topics are made by who needs them. */
function settingsText(folder: string, port: number, { nodeId, controllerPort }: ClusterSeat, extras: BrokerExtras): string {
  const isController = extras.joins === undefined
  const fixed = [`PLAINTEXT://127.0.0.1:${port}`, ...(isController ? [`CONTROLLER://127.0.0.1:${controllerPort}`] : [])]
  const listening = [...fixed, ...extras.listeners.map(each => `${each.name}://127.0.0.1:${portOf(each)}`)]
  const advertised = [...fixed, ...extras.listeners.map(({ name, address }) => `${name}://${address}`)]
  return `process.roles=${isController ? 'broker,controller' : 'broker'}
node.id=${nodeId}
controller.quorum.bootstrap.servers=127.0.0.1:${controllerPort}
listeners=${listening.join(',')}
advertised.listeners=${advertised.join(',')}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT${extras.listeners.map(({ name, protocol }) => `,${name}:${protocol}`).join('')}
inter.broker.listener.name=PLAINTEXT
log.dirs=${join(folder, DATA)}
num.partitions=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
${extras.settings.join('\n')}
`
}

const portOf = ({ address, port }: BrokerListener): string => String(port ?? address.slice(address.lastIndexOf(':') + 1))

/** Does the broker answer a request? A log line would not tell: the port opens before the broker takes requests. */
function answers(port: number): Promise<boolean> {
  // ApiVersions, version 0: length, key 18, version 0, correlation 1, no client id.
  const request = Buffer.from('0000000a0012000000000001ffff', 'hex')
  return new Promise(done => {
    const socket = connect({ host: '127.0.0.1', port, timeout: READY_MS_MAX })
    const end = (isReady: boolean): void => {
      socket.destroy()
      done(isReady)
    }
    socket.once('connect', () => socket.write(request))
    // The answer: length, correlation, error code.
    socket.once('data', answer => end(answer.length >= 10 && answer.readInt16BE(8) === 0))
    socket.once('timeout', () => end(false))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
  })
}

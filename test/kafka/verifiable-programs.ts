/** Kafka's own VerifiableProducer and VerifiableConsumer, which say what they did as lines of JSON. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { kafkaProgram } from '../../scripts/engines/kafka.ts'

const PROGRAM_MS_MAX = 180_000

export interface VerifiableLine {
  readonly name: string
  readonly value?: string
  readonly offset?: number
  readonly partition?: number
  /** Of `producer_send_error`. */
  readonly message?: string
}

/** Runs a program to its end and returns its lines. Throws if it fails. Starts a JVM, which takes seconds. `onLine` gets each line as it comes. */
export async function verifiableLines(
  version: string,
  program: 'VerifiableProducer' | 'VerifiableConsumer',
  args: readonly string[],
  onLine: (line: VerifiableLine) => void = () => {},
): Promise<readonly VerifiableLine[]> {
  const java = kafkaProgram(version, `org.apache.kafka.tools.${program}`)
  const child = spawn('java', [...java, ...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: PROGRAM_MS_MAX, killSignal: 'SIGKILL' })
  const lines: VerifiableLine[] = []
  const errors: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  createInterface({ input: child.stdout }).on('line', line => {
    if (!line.startsWith('{')) return
    lines.push(JSON.parse(line) as VerifiableLine)
    onLine(lines.at(-1)!)
  })
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  if (code !== 0) throw new Error(`${program} ended with ${code ?? signal}: ${Buffer.concat(errors).toString('utf8').slice(-2000)}`)
  return lines
}

interface ProducedNumbers {
  /** Resolves at the first acknowledgement. */
  readonly begun: Promise<void>
  /** The values, each as the producer says that it was acknowledged. Rejects for one that was not. */
  readonly sent: Promise<readonly string[]>
}

/** Starts a producer of the texts of the numbers from 0 on. */
export function produceNumbers(
  version: string,
  address: string,
  topic: string,
  { count, perSecond }: { readonly count: number; readonly perSecond: number },
): ProducedNumbers {
  const begun = Promise.withResolvers<void>()
  const args = [
    '--bootstrap-server',
    address,
    '--topic',
    topic,
    '--acks',
    '-1',
    '--max-messages',
    String(count),
    '--throughput',
    String(perSecond),
  ]
  const isSent = ({ name }: VerifiableLine): boolean => name === 'producer_send_success'
  const running = verifiableLines(version, 'VerifiableProducer', args, line => {
    if (isSent(line)) begun.resolve()
  })
  // Nobody waits for the first record of a producer that fails.
  const sent = running.finally(begun.resolve).then(lines => {
    const failed = lines.find(({ name }) => name === 'producer_send_error')
    if (failed) throw new Error(`a record was not acknowledged: ${failed.message}`)
    return lines.filter(isSent).map(({ value }) => value!)
  })
  return { begun: begun.promise, sent }
}

/** The values of the first records of a topic, in order, as a consumer of committed records says. `settings`: a file of its settings. */
export async function consumedValues(
  version: string,
  address: string,
  topic: string,
  { count, settings }: { readonly count: number; readonly settings: string },
): Promise<readonly string[]> {
  const args = ['--bootstrap-server', address, '--topic', topic, '--group-id', `verify-${topic}`, '--reset-policy', 'earliest', '--verbose']
  const lines = await verifiableLines(version, 'VerifiableConsumer', [
    ...args,
    '--max-messages',
    String(count),
    '--consumer.config',
    settings,
  ])
  return lines.flatMap(({ name, value }) => (name === 'record_data' ? [value!] : []))
}

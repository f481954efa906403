/** The pages about Kafka, followed on a broker of each version: as they are printed, but for the names of topics and for waits. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { faultsOf } from '../docs/session.ts'
import { brokers, BrokerTopics, protocolsOf } from './brokers.ts'
import { TopicContents, TopicObserver } from './proof/topic-contents.ts'

const NEEDS_BROKER = '```sh skip=needs a broker\n'
/** A block that needs a broker, and the text that the page says it prints. */
const BLOCK = /^```sh skip=needs a broker\n(?<commands>[^]*?)^```\n(?<text>\n```text\n[^]*?^```\n)?/gm
/** Commands that follow a topic until they are stopped. */
const FOLLOWING = /^spillway (run|gate) .*(?<!&)$/gm
/** Within the range that a page reads, UTC ms. */
const AT = 1_767_600_000_000

interface KafkaPage {
  readonly path: string
  /** Number of its blocks that need a broker. */
  readonly blocks: number
  /** Topics by the name that its commands give them, with their values. */
  readonly topics?: Readonly<Record<string, readonly string[]>>
  /** Commands before those of the page. */
  readonly before?: string
  /** A command that succeeds once those that follow a topic have done as the page says. */
  readonly isDone?: string
  /** The values that topics have once it is done, by the name that its commands give them. */
  readonly leaves?: Readonly<Record<string, readonly string[]>>
  /** Texts of its commands that are others for the topics of the test. */
  readonly others?: Readonly<Record<string, string>>
  /** Output of its blocks for the topics of the test, where that is not the one of the page. */
  readonly prints?: readonly string[]
  /** The protocol of groups that the broker must serve. */
  readonly protocol?: 'consumer'
}

const payment = (n: number): string => JSON.stringify({ id: `p${n}`, card: `c${n % 2}`, amount: n, at: AT + n })
const payments = [1, 2, 3].map(payment)

/** `noted.ndjson` gets a line for each payment. `id`: with a column that tells duplicates. */
const pipelineFile = (id: string): string => `cat > pipeline.ts <<'END'
import { action, appendTo, entity, linear, model, on, pipeline, source, t } from 'spillway'

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.int(), at: t.timestamp() },
  key: 'card',
  time: 'at',${id}
})
const noted = model('noted', {
  decide: on(payments),
  inputs: payment => ({ amount: payment.amount }),
  score: linear({ intercept: 0, weights: { amount: 1 } }),
})
export default pipeline('shop', [action('note', { when: noted.score.gte(0), do: appendTo('noted.ndjson') })])
END
`
const [withId, withoutId] = [pipelineFile("\n  id: 'id',"), pipelineFile('')]
const allNoted = `[ "$(cat noted.ndjson 2> /dev/null | wc -l)" = ${payments.length} ]`

const pages: readonly KafkaPage[] = [
  { path: 'docs/kafka-fraud.md', blocks: 3 },
  { path: 'docs/kafka.md', blocks: 1, topics: { 'kafka:payments': payments }, before: withId, isDone: allNoted },
  {
    path: 'docs/kafka-gate.md',
    blocks: 1,
    topics: { 'raw.payments': [...payments, payments[0], 'no json'], 'payments.v1': [], 'payments.rejected': [] },
    before: withId,
    // A replay of the raw topic has as many events, and a record more that is one of them again.
    isDone: `spillway replay pipeline.ts --source payments=kafka:payments.v1 --json | grep '"records":${payments.length},' | grep -q '"undecodable":0\\b'`,
    leaves: { 'payments.v1': payments, 'payments.rejected': ['no json'] },
  },
  {
    path: 'docs/kafka-groups.md',
    blocks: 1,
    topics: { 'kafka:payments': payments },
    before: withoutId,
    isDone: allNoted,
    // A member would reject the offsets that the run of another page stores.
    others: { 'group=fraud': 'group=pages' },
    protocol: 'consumer',
  },
  {
    path: 'docs/kafka-history.md',
    blocks: 3,
    topics: { 'kafka:payments': payments },
    before: `${withId}spillway run pipeline.ts --source payments=kafka:payments --once\n`,
    // The values are JSON: a registry is for the tests of its own.
    others: { '?value=avro': '' },
    prints: ['…\npayments 3 0 0 0\n…\n', "3 records of kafka:payments compared with 3 events of 'payments' in the log\n…\nSound: …\n"],
  },
]

/** Commands in a shell that go on in the background, and a wait for what they do. */
function followed(commands: string, isDone: string | undefined): string {
  const inBackground = commands.replaceAll(FOLLOWING, line => (line.includes('--once') ? line : `${line} > following.txt 2>&1 &`))
  if (inBackground === commands) return commands
  assert.ok(isDone !== undefined)
  return `${inBackground}for i in $(seq 600); do if ${isDone}; then exit 0; fi; sleep 0.1; done\ncat following.txt\nexit 1\n`
}

/** The page with its blocks to be run. */
function runnable(markdown: string, page: KafkaPage, names: ReadonlyMap<string, string>): string {
  const { before, isDone, others = {}, prints = [] } = page
  const replaced = (text: string): string => [...Object.entries(others), ...names].reduce((all, [was, is]) => all.replaceAll(was, is), text)
  let block = 0
  const text = markdown.replaceAll(BLOCK, (_match, commands: string, printed = '') => {
    const own = prints[block++]
    const output = own === undefined ? printed : `\n\`\`\`text\n${own}\`\`\`\n`
    // The addresses of the brokers are those of the test.
    const reachable = commands.replaceAll(/^export KAFKA_BROKERS=.*\n/gm, '')
    return `\`\`\`sh\n${followed(replaced(reachable), isDone && replaced(isDone))}\`\`\`\n${replaced(output)}`
  })
  return before === undefined ? text : `\`\`\`sh\n${replaced(before)}\`\`\`\n\n${text}`
}

for (const [version, address] of brokers) {
  const topics = new BrokerTopics(address)
  const observer = new TopicObserver(address)
  after(() => Promise.all([topics.close(), observer.close()]))

  for (const page of pages) {
    const { path, blocks, protocol } = page
    const skip = protocol && !protocolsOf(version).includes(protocol) && `it serves no groups by ${protocol} without further settings`
    test(`Kafka ${version}: ${path} does as it says`, { timeout: 300_000, skip: skip ?? false }, async () => {
      const markdown = readFileSync(join(import.meta.dirname, '../..', path), 'utf8')
      assert.equal(markdown.split(NEEDS_BROKER).length - 1, blocks)
      const names = new Map<string, string>()
      for (const [name, values] of Object.entries(page.topics ?? {})) {
        const topic = await topics.create()
        names.set(name, name.startsWith('kafka:') ? `kafka:${topic}` : topic)
        if (values.length > 0) await topics.append(topic, 0, values, 'none', AT)
      }
      process.env['KAFKA_BROKERS'] = address
      assert.equal(faultsOf(path, runnable(markdown, page, names)).join('\n'), '')
      for (const [name, values] of Object.entries(page.leaves ?? {})) {
        const contents = new TopicContents(names.get(name)!, 1, { isCommittedOnly: true })
        assert.ok(await observer.tryTo(driver => contents.refresh(driver)), observer.problem)
        assert.deepEqual(
          contents.all.map(({ value }) => value),
          values,
          name,
        )
      }
    })
  }
}

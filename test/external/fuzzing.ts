/**
 * `schemathesis` on the server: requests that the OpenAPI document describes, and requests that it excludes, with all of its checks. Once
 * with a token, and once without, when all requests must be rejected.
 */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { schemathesis } from './packages.ts'
import { run, type Ran } from './program.ts'
import type { ServerProcess } from './server-process.ts'

/** The suppressed checks, each with its reason. All other checks hold for all operations. */
const suppressed = [
  {
    paths: [
      '/sources/payments/events',
      '/sources/payments/decide',
      '/sources/chargebacks/events',
      '/sources/hooks/events',
      '/sources/charges/events',
    ],
    check: 'positive_data_acceptance',
    statuses: ['2xx', '401', '409', '422'],
    reason:
      'an event is also rejected for what no schema says: a time ahead of the clock, an id that came with other content, a map that throws',
  },
  {
    paths: ['/sources/payments/events', '/sources/chargebacks/events', '/sources/hooks/events', '/sources/charges/events'],
    check: 'negative_data_rejection',
    statuses: ['200', '400', '401', '404', '405', '413', '415', '422', '429'],
    reason: 'of an array the records that are wrong are dead letters, named in a 200, and the others are taken',
  },
  {
    paths: ['/features'],
    check: 'negative_data_rejection',
    statuses: ['400', '401', '404', '413', '415', '429'],
    reason: 'a list with too many queries is 413, which schemathesis takes for no rejection',
  },
  {
    paths: [
      '/dead-letters',
      '/decisions',
      '/features/as-of',
      '/lineage',
      '/series',
      '/alerts/{alert}/resolve',
      '/sources/payments/schema/check',
      '/sources/chargebacks/schema/check',
      '/sources/hooks/schema/check',
      '/sources/charges/schema/check',
    ],
    check: 'positive_data_acceptance',
    statuses: ['2xx', '400', '401', '404', '409', '413', '429', '503'],
    reason:
      'rules over several fields, which no schema says: a direction needs a name, minutes an outcome, a range at most so many points, before another order than after, a time is ISO 8601, ' +
      'and a candidate must be a schema of its language',
  },
] as const

/**
 * Left out: their answers do not end, and each case would wait for its timeout. Their 4xx are tested in src/serve/routes/events.test.ts.
 */
const endless = [
  '/events',
  '/effects/stream',
  '/series/stream',
  '/alerts/stream',
  ...['payments', 'chargebacks', 'hooks', 'charges'].map(source => `/sources/${source}/events/stream`),
]

/**
 * Requests that are answered without a token: the health of the process, and the roles of a client, none of which it has, until it signs
 * in by `POST`. A webhook needs a signature, and is 401 as well.
 */
const open = /^(?:(?:GET|HEAD) \/(?:healthz|readyz)|(?:GET|DELETE) \/ui\/session)$/
/** It takes one to two minutes on two cores. */
const RUN_MS_MAX = 900_000
const SEED = 20_261_128

export interface Fuzzing {
  readonly name: string
  readonly token: string | undefined
  /** Cases of each operation, in each phase. */
  readonly examples: number
}

interface Entry {
  readonly request: { readonly method: string; readonly url: string; readonly headers: readonly { readonly name: string }[] }
  readonly response: { readonly status: number }
}

export class Fuzzer {
  readonly #hasToken: boolean
  readonly output: string
  readonly exitCode: number | null
  readonly entries: readonly Entry[]

  private constructor(hasToken: boolean, { status, output }: Ran, entries: readonly Entry[]) {
    this.#hasToken = hasToken
    this.exitCode = status
    this.output = output
    this.entries = entries
  }

  static async run(folder: string, served: ServerProcess, document: string, { name, token, examples }: Fuzzing): Promise<Fuzzer> {
    const own = join(folder, name.replaceAll(' ', '-'))
    mkdirSync(own)
    writeFileSync(join(own, 'schemathesis.toml'), settings())
    writeFileSync(join(own, 'openapi.json'), document)
    const har = join(own, 'har.json')
    const args = ['run', 'openapi.json', '--url', served.url, '--checks', 'all', '--phases', 'examples,coverage,fuzzing,stateful']
    args.push('--max-examples', String(examples), '--seed', String(SEED), '--request-timeout', '20', '--no-color')
    args.push('--report', 'har', '--report-har-path', har, ...endless.flatMap(path => ['--exclude-path', path]))
    if (token !== undefined) args.push('--header', `Authorization: Bearer ${token}`)
    const ran = await run(schemathesis(), args, { cwd: own, timeout: RUN_MS_MAX })
    const { log } = JSON.parse(readFileSync(har, 'utf8')) as { log: { entries: Entry[] } }
    return new Fuzzer(token !== undefined, ran, log.entries)
  }

  /** No check of schemathesis failed. */
  assertClean(): string {
    const failures = this.output.slice(this.output.search(/^=+ (?:ERRORS|FAILURES) =+$/m))
    assert.equal(this.exitCode, 0, failures)
    const statuses = Object.entries(Object.groupBy(this.entries, ({ response }) => response.status))
    return `${this.entries.length} requests: ${statuses.map(([status, all]) => `${status} ${all!.length} times`).join(', ')}`
  }

  assertAtLeast(requests: number): string {
    assert.ok(this.entries.length >= requests, `${this.entries.length} requests, and ${requests} are to be sent`)
    return `${this.entries.length} requests`
  }

  /** Every request without the token was rejected, except for the two health routes. Some requests have no token, some an invalid one. */
  assertNoneLetIn(): string {
    const isWithout = ({ request: { method, headers, url } }: Entry) =>
      !open.test(`${method} ${new URL(url).pathname}`) &&
      !(this.#hasToken && headers.some(({ name }) => name.toLowerCase() === 'authorization'))
    const without = this.entries.filter(isWithout)
    const letIn = without.filter(({ response: { status } }) => status < 400 || status >= 500)
    assert.deepEqual(
      letIn.map(({ request: { method, url }, response: { status } }) => `${method} ${url}: ${status}`),
      [],
    )
    assert.ok(without.length > 0, 'no request was sent without the token')
    return `${without.length} requests without the token, none of them let in`
  }
}

/** The configuration of schemathesis. */
function settings(): string {
  const operations = suppressed.flatMap(({ paths, check, statuses, reason }) =>
    paths.map(
      path => `# ${reason}\n[[operations]]\ninclude-path = "${path}"\nchecks.${check}.expected-statuses = ${JSON.stringify(statuses)}\n`,
    ),
  )
  return `continue-on-failure = true\n\n${operations.join('\n')}`
}

type Json = { readonly [name: string]: unknown }

/** The document with every answer closed, so that an undocumented field is a violation. An error may have further fields. */
export function closed(document: string): string {
  const { components, ...rest } = JSON.parse(document) as { components: { schemas: Readonly<Record<string, Json>> } & Json }
  const close = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(close)
    const all = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, close(inner)]))
    return 'properties' in value && !('additionalProperties' in value) ? { ...all, additionalProperties: false } : all
  }
  const schemas = Object.fromEntries(
    Object.entries(components.schemas).map(([name, schema]) => [name, name === 'Error' ? schema : close(schema)]),
  )
  return JSON.stringify({ ...rest, components: { ...components, schemas } })
}

/**
 * The generated files of `spillway observe` before the programs that read them: `promtool`, `amtool`, a Prometheus server that scrapes the
 * run, and Grafana's own model of a dashboard.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { grafanaDashboard, prometheusFilesOf } from '../../src/observe/index.ts'
import { OBJECTIVES_FILE, writeObjectives } from '../../src/run/decide/index.ts'
import type { PipelineIR } from '../../src/define/ir/index.ts'
import type { Checks } from './checks.ts'
import { amtool, grafanaPython, prometheus, promtool } from './packages.ts'
import { run } from './program.ts'
import type { ServerProcess } from './server-process.ts'

const TOOL_MS_MAX = 300_000
/** Time for which Prometheus scrapes, one scrape a second: more than the shortest window of a rule that needs no more than two samples. */
const SCRAPE_MS = 60_000
const JOB = 'external'

/** Series that a healthy small run does not have; an expression over these alone may be empty. */
const ABSENT: readonly RegExp[] = [
  // The test sends no event of this source, so it has no lag.
  /spillway_source_lag_seconds\{[^}]*"chargebacks"/,
  // No training, no reconciliation, no late event, no rejection by reason.
  /spillway_model_(?:drifted|metric)/,
  /spillway_reconcile_/,
  /spillway_late_events_total|spillway_dead_letters_total/,
  // No alert of the run fires.
  /spillway_alert_firing/,
  // A batch run of the other group.
  /spillway_batch_\w+\{group="nightly"/,
  // Histories of a day and a week, which a minute does not have.
  /offset 1[hdw]/,
  /spillway:source_usual:/,
  // Sources of signed webhooks, which have events only after the checks of webhooks.
  /spillway_source_lag_seconds\{source="(?:hooks|charges)"/,
]

const thresholds = { deadlines: 0.3, errors: 0.05, deadLetters: 0.4, effects: 0.9, diskPageBytes: 45e9, diskTicketBytes: 60e9 }

export async function checkObserve(checks: Checks, folder: string, ir: PipelineIR, served: ServerProcess): Promise<void> {
  const out = join(folder, 'observe')
  mkdirSync(out)
  for (const [name, text] of Object.entries(prometheusFilesOf(ir, { job: JOB }))) writeFileSync(join(out, name), text)
  writeFileSync(join(out, 'spillway.token'), served.token)
  const tool = async (program: string, ...args: readonly string[]): Promise<string> => {
    const { status, output } = await run(program, args, { cwd: out, timeout: TOOL_MS_MAX })
    assert.equal(status, 0, output)
    return output
  }
  await checks.check('promtool check rules: the generated rules', async () => {
    const output = await tool(promtool()!, 'check', 'rules', '--lint=all', '--lint-fatal', 'spillway.rules.yml')
    return /\d+ rules found/.exec(output)![0]
  })
  await checks.check('promtool check config: the example of a scrape', async () => {
    await tool(promtool()!, 'check', 'config', 'prometheus.example.yml')
    return 'valid'
  })
  await checks.check('amtool check-config: the example of routes and inhibitions', async () => {
    const output = await tool(amtool()!, 'check-config', 'alertmanager.example.yml')
    return /\d+ inhibit rules/.exec(output)![0]
  })
  await checks.check('promtool test rules: each alert is silent in health, fires in its fault, and resets', async () => {
    const output = await tool(promtool()!, 'test', 'rules', 'spillway.rules.test.yml')
    assert.match(output, /SUCCESS/)
    return `${readFileSync(join(out, 'spillway.rules.test.yml'), 'utf8').match(/interval: "1m"/g)?.length} tests`
  })
  await checks.check('promtool test rules: also with thresholds that allow much more', async () => {
    const other = join(out, 'thresholds')
    mkdirSync(other)
    for (const [name, text] of Object.entries(prometheusFilesOf(ir, { job: JOB, thresholds }))) writeFileSync(join(other, name), text)
    const output = await tool(promtool()!, 'test', 'rules', join('thresholds', 'spillway.rules.test.yml'))
    assert.match(output, /SUCCESS/)
    return 'the same alerts'
  })
  await checks.check('promtool test rules finds a rule that cannot fire and one that never resets', () => findPlantedFaults(out))
  await checks.check("Grafana's model of a dashboard reads every field", () => readDashboard(out, ir))
  await checks.check('a Prometheus server that scrapes the run evaluates every expression of rules and panels', () =>
    evaluateAll(out, ir, served),
  )
}

/** The tests are no formality: a rule file with a wrong threshold fails them. */
async function findPlantedFaults(out: string): Promise<string> {
  const rules = readFileSync(join(out, 'spillway.rules.yml'), 'utf8')
  const tests = readFileSync(join(out, 'spillway.rules.test.yml'), 'utf8')
  const [tested] = /rule_files:\n {2}- "?[\w.]+"?/.exec(tests)!
  // The one test of this alert, which is short.
  const name = 'SpillwayBacklog'
  const begin = tests.indexOf(`  - name: "${name}"`)
  const end = tests.indexOf('\n  - name: ', begin + 1)
  const head = 'evaluation_interval: "1m"\ntests:\n'
  writeFileSync(
    join(out, 'planted.test.yml'),
    `${tested.replace('spillway.rules.yml', 'planted.rules.yml')}\n${head}${tests.slice(begin, end)}\n`,
  )
  const planted = [
    [/(spillway_waiting_records[^\n]*> )\d+/, '$1999999999'],
    [/min_over_time(\(spillway_waiting_records[^\n]*)\[10m\]/, 'max_over_time$1[1h]'],
  ] as const
  for (const [from, to] of planted) {
    const faulty = rules.replace(from, to)
    assert.notEqual(faulty, rules)
    writeFileSync(join(out, 'planted.rules.yml'), faulty)
    const { status, output } = await run(promtool()!, ['test', 'rules', 'planted.test.yml'], { cwd: out, timeout: TOOL_MS_MAX })
    assert.notEqual(status, 0, `${to} is not found`)
    assert.match(output, new RegExp(name))
  }
  return `${planted.length} faults`
}

/** Fields of an annotation that belong to the data source, and not to the model of the dashboard. */
const DATA_SOURCE_FIELDS = ['step', 'tagKeys', 'titleFormat']

async function readDashboard(out: string, ir: PipelineIR): Promise<string> {
  const dashboard = grafanaDashboard(ir, { job: JOB })
  const { status, stdout, output } = await run(grafanaPython(), [join(import.meta.dirname, 'read-dashboard.py')], {
    cwd: out,
    input: JSON.stringify(dashboard),
    timeout: TOOL_MS_MAX,
  })
  assert.equal(status, 0, output)
  const lost = stdout.split('\n').filter(line => line !== '')
  const isOfDataSource = (path: string): boolean =>
    path.startsWith('/annotations/list/') && DATA_SOURCE_FIELDS.some(field => path.endsWith(`/${field}`))
  assert.deepEqual(
    lost.filter(path => !isOfDataSource(path)),
    [],
  )
  return `${expressionsOfDashboard(ir).length} queries in ${dashboard.panels.length} rows and panels`
}

/** Runs a Prometheus server on loopback for a while, and asks it for each expression. */
async function evaluateAll(out: string, ir: PipelineIR, served: ServerProcess): Promise<string> {
  giveObjectives(join(out, '../data'), ir)
  const scraped = new URL(served.url).host
  const config = readFileSync(join(out, 'prometheus.example.yml'), 'utf8')
    .replace('localhost:7070', scraped)
    .replaceAll('"15s"', '"1s"')
    .replace(/alerting:[\s\S]*?(?=\nscrape_configs)/, '')
  writeFileSync(join(out, 'prometheus.yml'), config)
  const port = await freePort()
  const args = ['--config.file=prometheus.yml', '--storage.tsdb.path=tsdb', `--web.listen-address=127.0.0.1:${port}`, '--log.level=warn']
  const server = spawn(prometheus()!, args, { cwd: out, stdio: 'ignore' })
  const exited = once(server, 'exit')
  try {
    const until = performance.now() + SCRAPE_MS
    for (let i = 0; performance.now() < until; i++) {
      const [id, at] = [String(i), new Date().toISOString()]
      const payment = { id, card: 'c1', shop: 1, amount: '1.00', rate: null, kind: 'online', score: null, took: null, isFirst: true, at }
      await served.fetch('/sources/payments/events', payment)
      await served.fetch('/models/check/decide', { card: 'c1', amount: '1.00', kind: null, at })
      if (i === 0) assert.equal((await served.fetch('/groups/usual/runs', {})).status, 200)
      await sleep(1000)
    }
    const rules = await queryJson<{ groups: { rules: { query: string; health: string; lastError?: string }[] }[] }>(port, 'rules')
    const evaluated = rules.groups.flatMap(group => group.rules)
    assert.deepEqual(
      evaluated.filter(({ health }) => health !== 'ok').map(({ query, lastError }) => [query, lastError]),
      [],
    )
    const expressions = [...evaluated.flatMap(({ query }) => comparedParts(query)), ...expressionsOfDashboard(ir)]
    const empty: string[] = []
    for (const expression of new Set(expressions)) {
      const { result } = await queryJson<{ result: unknown[] }>(port, `query?query=${encodeURIComponent(expression)}`)
      if (result.length === 0) empty.push(expression)
    }
    assert.deepEqual(
      empty.filter(expression => !ABSENT.some(absent => absent.test(expression))),
      [],
    )
    return `${evaluated.length} rules and ${expressions.length} expressions; ${empty.length} have no data in a small healthy run`
  } finally {
    server.kill('SIGTERM')
    await exited
  }
}

/** Freshness objectives of all groups, which the run reads while it goes on. */
function giveObjectives(data: string, ir: PipelineIR): void {
  const groups = Object.fromEntries(ir.groups.map(({ name }) => [name, { age: 60_000, share: 0.99, why: 'a test' }]))
  writeObjectives(join(data, OBJECTIVES_FILE), { pipeline: ir.name, fingerprint: 'none', groups })
}

/** The vectors that an alert compares with thresholds; a recording rule is one vector. */
const comparedParts = (query: string): string[] =>
  query
    .split(/ (?:and|or) (?:(?:ignoring|on) \([^)]*\) )?(?:\()?/)
    .map(part => part.replace(/ (?:>=?|==|<) (?:[\d.e+]+|clamp_max\(.*)\)?$/, '').replace(/^\((?=predict)/, ''))

interface DashboardQueries {
  readonly panels?: readonly DashboardQueries[]
  readonly targets?: readonly { readonly expr: string }[]
}

/** All queries, with the intervals that Grafana would insert. */
function expressionsOfDashboard(ir: PipelineIR): string[] {
  const dashboard = grafanaDashboard(ir, { job: JOB })
  const inPanels = (panels: readonly DashboardQueries[]): string[] =>
    panels.flatMap(({ targets = [], panels: inner = [] }) => [...targets.map(({ expr }) => expr), ...inPanels(inner)])
  const marks = (dashboard.annotations.list as { expr: string }[]).map(({ expr }) =>
    expr.replace(/ > 0$/, '').replace(/^ALERTS.*/, 'vector(0)'),
  )
  return [...inPanels(dashboard.panels as DashboardQueries[]), ...marks].map(expr => expr.replaceAll(/\$__(?:rate_)?interval/g, '30s'))
}

async function queryJson<T>(port: number, path: string): Promise<T> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)
  const { status, data, error } = (await answer.json()) as { status: string; data: T; error?: string }
  assert.equal(status, 'success', `${decodeURIComponent(path)}: ${error}`)
  return data
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

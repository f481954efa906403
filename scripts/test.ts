/**
 * `npm test`: everything that must hold for each commit. Checks, then the tests, then the proofs with short settings. The last line is `N
 * passed, N failed`, and the exit code is 0 only if none failed and some passed.
 *
 * `npm test -- WORD…` runs only the test files whose path contains one of the words, for work on one room. `--coverage` measures coverage
 * by room, which takes half as long again. `npm run test:deep` runs the long sweeps instead: files that end in `.deep.test.ts`, and files
 * with a sweep of which `npm test` takes a share (test/sweep.ts). `npm run test:kafka` runs those that end in `.kafka.test.ts`, with a
 * broker of each version that is tested.
 */
import { spawn } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { bringBrowser, browserProgram } from '../test/browser/program.ts'
import { bringServer, serverPrograms } from '../test/postgres/programs.ts'
import { printCoverage } from './coverage.ts'
import { engineId, runningEngine, startEngine, stopEngine } from './engines/engine.ts'
import { kafka } from './engines/kafka.ts'
import { registry } from './engines/registry.ts'
import { runTests } from './run-tests.ts'
import { nothing, plus, tallyText, type Tally } from './tally.ts'

const checks = [
  ['types', 'tsc --noEmit'],
  ['types of the dashboard', 'tsc --noEmit -p src/ui'],
  ['lint', 'oxlint'],
  ['format', 'oxfmt --check'],
] as const

/** Others are tests: test/property/parity.test.ts, test/inputs/prove.test.ts. */
const proofs = ['crash --cases 10 --seed 1'] as const

const slowest = 'test/docs/on-call-week.deep.test.ts'

/** Time limit of a check or a proof, which takes a minute at most. */
const stepMs = 900_000

const words = process.argv.slice(2).filter(argument => !argument.startsWith('--'))
const [coverage, isDeep, isKafka] = ['--coverage', '--deep', '--kafka'].map(option => process.argv.includes(option))
const kind = isDeep ? 'deep' : isKafka ? 'kafka' : undefined
// Most of a short test file's time is the compilation of its imports. Precompiled code cannot be measured for coverage.
if (!coverage) process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '../.cache/compile')
if (isDeep) process.env['SPILLWAY_SWEEPS'] = 'all'
const files = globSync(['src', 'test', 'bench', 'examples', 'scripts'].map(folder => `${folder}/**/*.test.ts`))
  .filter(file => kindOf(file) === kind || (isDeep && kindOf(file) === undefined && readFileSync(file, 'utf8').includes('/sweep.ts')))
  .filter(file => words.length === 0 || words.some(word => file.includes(word)))
  // The tests that span rooms take longest, so they start first, and before them the one that waits for minutes.
  .sort()
  .reverse()
  .sort((a, b) => Number(b === slowest) - Number(a === slowest))

if (files.some(file => file.includes('postgres'))) forTests('PostgreSQL', serverPrograms, bringServer)
if (files.some(file => file.startsWith('test/browser/'))) forTests('Chromium', browserProgram, bringBrowser)
const brokers = isKafka ? await startBrokers().catch(endWithoutBrokers) : []
if (brokers.length > 0)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stopBrokers().then(() => process.exit(1)))

let tally = nothing
const isWhole = words.length === 0 && kind === undefined
if (isWhole) for (const [name, command] of checks) tally = plus(tally, await step(name, command))
// The proofs run beside the tests, which leave a core idle now and then.
const proving = isWhole ? proveAll() : nothing
if (files.length === 0) console.log('no test file')
else {
  const tests = await runTests(files, { coverage })
  tally = plus(tally, tests.tally)
  if (tests.coverage) printCoverage(tests.coverage)
}
tally = plus(tally, await proving)
await stopBrokers()

console.log(`\n${tallyText(tally)}`)
// A suite whose time was over before its first file began has failed at nothing.
const isLate = Date.now() > Number(process.env['SPILLWAY_TESTS_UNTIL'] ?? Infinity) && tally.skipped > 0
process.exitCode = tally.failed === 0 && (tally.passed > 0 || isLate) ? 0 : 1

function kindOf(file: string): string | undefined {
  return /\.(deep|kafka)\.test\.ts$/.exec(file)?.[1]
}

/** Brings a program of which tests need one, once. Where it cannot be brought they are skipped. */
function forTests(name: string, isThere: () => unknown, bring: () => void): void {
  if (isThere()) return
  console.log(`bringing a ${name} for its tests, once …`)
  try {
    bring()
  } catch (error) {
    console.log(`    none, and its tests are skipped: ${(error as Error).message}`)
  }
}

async function proveAll(): Promise<Tally> {
  let proved = nothing
  for (const proof of proofs) proved = plus(proved, await step(`prove ${proof}`, `node -C spillway-source test/prove.ts ${proof}`))
  return proved
}

/** Runs a command as one test. Prints its output if it failed, and its last line always. */
async function step(name: string, command: string): Promise<Partial<Tally>> {
  const started = performance.now()
  const env = { ...process.env, NO_COLOR: '1' }
  // A timeout ends the command itself, not a shell around it.
  const child = spawn(`exec ${command}`, { shell: true, stdio: ['ignore', 'pipe', 'pipe'], env, timeout: stepMs, killSignal: 'SIGKILL' })
  const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${status === 0 ? '✔' : '✖'} ${name}  ${seconds} s`)
  const output = `${stdout}${stderr}`.trimEnd()
  if (output !== '') console.log((status === 0 ? output.slice(output.lastIndexOf('\n') + 1) : output).replace(/^/gm, '    '))
  return status === 0 ? { passed: 1 } : { failed: 1 }
}

function endWithoutBrokers(error: Error): never {
  console.log(`✖ no broker of Kafka: ${error.message}\n\n${tallyText(plus(nothing, { failed: 1 }))}`)
  process.exit(1)
}

async function stopBrokers(): Promise<void> {
  await Promise.all(brokers.map(id => stopEngine(id)))
}

/**
 * Starts a broker of each version and a schema registry. Tests find the addresses in `KAFKA_TEST_BROKERS` and `KAFKA_TEST_REGISTRY`. Returns
 * the ids of those that did not run before.
 */
async function startBrokers(): Promise<readonly string[]> {
  const engines = [kafka, registry].flatMap(engine => engine.versions.map(version => ({ engine, version })))
  for (const { engine, version } of engines) engine.install(version)
  // Those of `npm run engines -- up` go on after the tests.
  const before = new Set(engines.map(({ engine, version }) => engineId(engine, version)).filter(id => runningEngine(id) !== undefined))
  const started = await Promise.all(engines.map(({ engine, version }) => startEngine(engine, version)))
  const running = started.filter(({ name }) => name === kafka.name)
  process.env['KAFKA_TEST_BROKERS'] = running.map(({ version, address }) => `${version}=${address}`).join(' ')
  process.env['KAFKA_TEST_REGISTRY'] = started.find(({ name }) => name === registry.name)!.address
  return started.map(state => engineId(state, state.version)).filter(id => !before.has(id))
}

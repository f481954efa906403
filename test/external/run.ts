/**
 * `npm run test:external`: checks of a server by external programs. Installs them from their package registries, starts the server of a
 * small pipeline on loopback, and runs `schemathesis`, `redocly`, Prometheus and an Alertmanager with their tools, Grafana's model of a
 * dashboard, the SDK of OpenTelemetry, `moto`, and the packages `standardwebhooks`, `stripe`, `avro`, `fastavro` and `protobuf`. The last
 * line is `N passed, N failed`; the exit code is 0 only if none failed.
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tallyText } from '../../scripts/tally.ts'
import { receiver, type Receiver } from '../action/receiver.ts'
import { scratchFolder } from '../scratch.ts'
import { Checks } from './checks.ts'
import { closed, Fuzzer, type Fuzzing } from './fuzzing.ts'
import { checkAlertmanager } from './alertmanager.ts'
import { alertmanagerProgram, avroPython, bringPackages, motoPython, promtool, protobufPython, redocly, signers } from './packages.ts'
import { checkAvroAgreement } from './avro/agreement.ts'
import { avroAnswers, checkAvroAnswers } from '../kafka-formats/avro-agreement.ts'
import { checkProtobufAnswers, protobufAnswers } from '../kafka-formats/protobuf-agreement.ts'
import { checkObserve } from './observe.ts'
import pipeline from './pipeline.ts'
import { checkTracing } from './tracing.ts'
import { run } from './program.ts'
import { checkBackups } from './s3.ts'
import { ServerProcess } from './server-process.ts'
import { checkWebhooks } from './webhooks.ts'

const CASES_MIN = 5000
const AVRO_PAIRS = 1000
/** Pairs of schemas whose values are decoded, of each format. */
const FORMAT_PAIRS = 500
const LINT_MS_MAX = 60_000
const checks = new Checks()
/** Status with which the receiver of webhooks answers. */
let hookStatus = 204
const folder = scratchFolder('external')

await checks.check('the packages are there', () => {
  bringPackages()
  return (
    'schemathesis, redocly, prometheus, alertmanager, amtool, grafana-foundation-sdk, opentelemetry, standardwebhooks, stripe, avro, ' +
    'fastavro, protobuf, moto'
  )
})
if (checks.tally.failed === 0) {
  await checkAlertmanager(checks, alertmanagerProgram()!, folder)
  await checks.check('avro and fastavro agree with the checks of Avro schemas', () => checkAvroAgreement(avroPython(), AVRO_PAIRS))
  await checks.check('fastavro reads the same values of Avro', async () => checkAvroAnswers(await avroAnswers(avroPython(), FORMAT_PAIRS)))
  await checks.check('protobuf reads the same values of Protobuf', async () =>
    checkProtobufAnswers(await protobufAnswers(protobufPython(), FORMAT_PAIRS)),
  )
  await checks.check('moto takes a backup by the API of S3, and gives it back', () => checkBackups(motoPython(), folder))
  const hooks = await receiver(response => response.writeHead(hookStatus).end())
  const served = await ServerProcess.start(folder, hooks.url)
  try {
    await checkServer(served, hooks)
  } finally {
    await checks.check('the server has said nothing of errors, and stops when it is asked to', async () => {
      const warnings = served.warnings
      assert.equal(await served.stop(), 0)
      assert.deepEqual(warnings, [])
      return 'exit code 0'
    })
    await hooks.close()
  }
}
console.log(`\n${tallyText(checks.tally)}`)
process.exitCode = checks.tally.failed === 0 ? 0 : 1

async function checkServer(served: ServerProcess, hooks: Receiver): Promise<void> {
  await checkWebhooks(checks, served, signers(), hooks)
  await checkObserve(checks, folder, pipeline.ir, served)
  await checkTracing(checks, folder)
  // From now on each effect is dead at once, so that there are effects to retry and to drop.
  hookStatus = 410
  const document = await (await served.fetch('/openapi.json')).text()
  await checks.check('redocly lint finds nothing in the OpenAPI document', () => lint(document))
  const strict = closed(document)
  await checkFuzzing(served, strict, { name: 'with a token', token: served.token, examples: 160 })
  await checkFuzzing(served, strict, { name: 'without a token', token: undefined, examples: 120 })
  await checks.check('promtool check metrics finds nothing in what /metrics says', async () => {
    const metrics = await (await served.fetch('/metrics')).text()
    const { status, output } = await run(promtool()!, ['check', 'metrics'], { input: metrics, timeout: LINT_MS_MAX })
    assert.deepEqual([status, output], [0, ''])
    return `${metrics.match(/^# TYPE /gm)?.length} metrics`
  })
}

async function lint(document: string): Promise<string> {
  const file = join(folder, 'openapi.json')
  writeFileSync(file, document)
  const args = [redocly(), 'lint', file, '--config', join(import.meta.dirname, 'redocly.yaml'), '--format', 'json']
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
  const { status, stdout, output } = await run(process.execPath, args, { timeout: LINT_MS_MAX, env, cwd: folder })
  assert.equal(status, 0, output)
  const { totals } = JSON.parse(stdout) as { totals: { errors: number; warnings: number; ignored: number } }
  assert.deepEqual(totals, { errors: 0, warnings: 0, ignored: 0 }, stdout)
  return `${Object.keys((JSON.parse(document) as { paths: object }).paths).length} paths`
}

async function checkFuzzing(served: ServerProcess, document: string, fuzzing: Fuzzing): Promise<void> {
  const { name } = fuzzing
  let fuzzed: Fuzzer | undefined
  await checks.check(`schemathesis ${name}: no server error, no violation of the document`, async () => {
    fuzzed = await Fuzzer.run(folder, served, document, fuzzing)
    return fuzzed.assertClean()
  })
  await checks.check(`schemathesis ${name}: at least ${CASES_MIN} requests`, () => fuzzed!.assertAtLeast(CASES_MIN))
  await checks.check(`schemathesis ${name}: no request without a token is let in`, () => fuzzed!.assertNoneLetIn())
}

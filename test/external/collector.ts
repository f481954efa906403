/**
 * The generated settings of an OpenTelemetry Collector before `otelcol validate`, of a collector that is built from its published Go modules,
 * and what its receiver for Prometheus scrapes before `promtool`.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { PipelineIR } from '../../src/define/ir/index.ts'
import { collectorConfig } from '../../src/observe/index.ts'
import type { Checks } from './checks.ts'
import { promtool } from './packages.ts'
import { run } from './program.ts'

const VERSION = '0.165.0'
const FOLDER = resolve(`.peers/external/otelcol-${VERSION}`)
const PROGRAM = join(FOLDER, 'otelcol')
const BUILD_MS_MAX = 900_000
const TOOL_MS_MAX = 60_000
const environment = { OTLP_ENDPOINT: 'http://127.0.0.1:4318', SPILLWAY_ADDRESS: '127.0.0.1:7070', SPILLWAY_TOKEN_FILE: 'spillway.token' }

/** Faults that a collector must find, each as a replacement in the settings. */
const planted: readonly (readonly [from: string, to: string, problem: RegExp])[] = [
  ['limit_mib:', 'limit_mb:', /limit_mb/],
  ['check_interval: "1s"', 'check_interval: "0s"', /check_interval/],
  ['- memory_limiter\n', '- memory_limit\n', /memory_limit/],
  ['verbosity: basic', 'verbosity: chatty', /chatty/],
]

export async function checkCollector(checks: Checks, folder: string, ir: PipelineIR): Promise<void> {
  const out = join(folder, 'collector')
  mkdirSync(out)
  writeFileSync(join(out, 'spillway.token'), 'spw_none')
  const settings = collectorConfig(ir)
  const validate = async (text: string) => {
    writeFileSync(join(out, 'collector.yml'), text)
    return run(PROGRAM, ['validate', '--config=file:collector.yml'], {
      cwd: out,
      env: { ...process.env, ...environment },
      timeout: TOOL_MS_MAX,
    })
  }
  await checks.check('otelcol validate: the generated settings', async () => {
    buildCollector()
    const { status, output } = await validate(settings)
    assert.equal(status, 0, output)
    return `valid for version ${VERSION}`
  })
  await checks.check('otelcol validate finds settings that are wrong', async () => {
    for (const [from, to, problem] of planted) {
      assert.ok(settings.includes(from), from)
      const { status, output } = await validate(settings.replace(from, to))
      assert.notEqual(status, 0, `${to} is not found`)
      assert.match(output, problem)
    }
    return `${planted.length} faults`
  })
  await checks.check("promtool check config: what the collector's receiver scrapes", async () => {
    writeFileSync(join(out, 'scrape.yml'), scrapedPart(settings))
    const { status, output } = await run(promtool()!, ['check', 'config', 'scrape.yml'], { cwd: out, timeout: TOOL_MS_MAX })
    assert.equal(status, 0, output)
    return 'valid'
  })
}

/** The settings of Prometheus inside those of its receiver, with the values of the environment. */
function scrapedPart(settings: string): string {
  const [, block] = /\n {2}prometheus:\n {4}config:\n((?: {6}.*\n)+)/.exec(settings)!
  return Object.entries(environment).reduce(
    (text, [name, value]) => text.replaceAll(`\${env:${name}}`, value),
    block.replaceAll(/^ {6}/gm, ''),
  )
}

/** Throws with the reason if there is no Go, or a module cannot be had. */
function buildCollector(): void {
  if (existsSync(PROGRAM)) return
  mkdirSync(FOLDER, { recursive: true })
  for (const name of ['main.go', 'go.mod', 'go.sum']) copyFileSync(join(import.meta.dirname, 'collector', name), join(FOLDER, name))
  const { status, error, stderr } = spawnSync('go', ['build', '-o', PROGRAM, '.'], {
    cwd: FOLDER,
    encoding: 'utf8',
    timeout: BUILD_MS_MAX,
  })
  if (status !== 0) throw new Error(`go build failed: ${error?.message ?? stderr.trim()}`)
}

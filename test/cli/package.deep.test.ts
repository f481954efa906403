/**
 * The published tarball, installed into an empty folder: its command, the output of the command, its types, and the guide, which is for
 * users of the package.
 *
 * Packed from a copy of the sources, so that this checkout is left alone. Nothing is downloaded: the tarball is unpacked as npm would, and
 * its dependencies are those installed here. Costs one compilation.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, globSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { createServer } from 'node:net'
import { before, test } from 'node:test'
import { scratchFolder } from '../scratch.ts'
import { faultsOf } from '../docs/session.ts'
import { listen } from '../action/receiver.ts'

const root = resolve(import.meta.dirname, '../..')
const folder = scratchFolder('pack')
const app = join(folder, 'app')
const installed = join(app, 'node_modules/spillway')

interface Manifest {
  readonly version: string
  readonly bin: { readonly spillway: string }
  readonly dependencies: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, unknown>>
}
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest

function run(
  cwd: string,
  command: string,
  args: readonly string[],
  path = process.env['PATH']!,
): { status: number | null; stdout: string; stderr: string } {
  const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...inherited } = process.env
  return spawnSync(command, args, { cwd, env: { ...inherited, PATH: path, NO_COLOR: '1' }, encoding: 'utf8' })
}

const withOurNode = [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter)

function ok(cwd: string, command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = run(cwd, command, args, withOurNode)
  assert.equal(status, 0, stdout + stderr)
  return stdout
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path)
}

before(() => {
  const copy = join(folder, 'copy')
  for (const name of [
    'package.json',
    'tsconfig.json',
    'package-lock.json',
    'scripts',
    'tsconfig.build.json',
    'src',
    'examples',
    'docs',
    'LICENSE',
    'README.md',
    'CHANGELOG.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
  ])
    if (existsSync(join(root, name))) cpSync(join(root, name), join(copy, name), { recursive: true })
  mkdirSync(join(copy, 'dist'))
  cpSync(join(root, 'LICENSE'), join(copy, 'dist/left-from-an-earlier-build.js'))
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  ok(copy, 'npm', 'pack', '--offline', '--loglevel=error', '--pack-destination', folder)
  install(app)
})

/** Like `npm install spillway`. */
function install(into: string): void {
  const modules = join(into, 'node_modules')
  const own = join(modules, 'spillway')
  mkdirSync(own, { recursive: true })
  ok(folder, 'tar', '-xzf', `spillway-${manifest.version}.tgz`, '-C', own, '--strip-components=1')
  for (const name of [...Object.keys(manifest.dependencies), '@types/node', 'typescript'])
    link(join(root, 'node_modules', name), join(modules, name))
  link(join(own, manifest.bin.spillway), join(modules, '.bin/spillway'))
  chmodSync(join(own, manifest.bin.spillway), 0o755)
}

test('it holds the library and nothing that is not for its users', () => {
  const files = globSync('**/*', { cwd: installed, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(installed.length + 1))
  const top = new Set(files.map(file => file.split('/')[0]))
  assert.deepEqual([...top].filter(name => name !== 'README.md').sort(), [
    'ARCHITECTURE.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'LICENSE',
    'dist',
    'docs',
    'examples',
    'package.json',
    'src',
  ])
  assert.deepEqual(
    files.filter(file => /\.test\.|test-d|tsconfig|left-from/.test(file)),
    [],
  )
  // The dashboard's browser code is bundled.
  const built = files.filter(file => /^src\/(?!ui\/).*\.ts$/.test(file)).map(file => file.replace(/^src/, 'dist').replace(/\.ts$/, '.js'))
  assert.ok(built.length > 100)
  assert.deepEqual(files.filter(file => /^dist\/(?!ui\/).*\.js$/.test(file)).sort(), built.sort())
  assert.deepEqual(files.filter(file => file.startsWith('dist/ui/')).sort(), ['dist/ui/main.css', 'dist/ui/main.js'])
})

test('links of its pages are to files and headings that it holds', () => {
  const pages = globSync('**/*.md', { cwd: installed })
  assert.ok(pages.includes('README.md') && pages.includes('docs/reference/audit.md'))
  const links = pages.flatMap(page => {
    const text = readFileSync(join(installed, page), 'utf8').replaceAll(/^```[^]*?^```/gm, '')
    return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => ({ page, link }))
  })
  const local = links.filter(({ link }) => !/^[a-z]+:/.test(link))
  assert.ok(local.length > 50, `${local.length} links`)
  const dead = local.filter(({ page, link }) => {
    const [path, heading] = link.split('#')
    const target = path === '' ? page : join(dirname(page), path)
    return !existsSync(join(installed, target)) || (heading !== undefined && !headingsOf(target).has(heading))
  })
  assert.deepEqual(dead, [])
})

/** The anchors of a page's headings. */
function headingsOf(page: string): Set<string> {
  const text = readFileSync(join(installed, page), 'utf8')
  const titles = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) => title)
  return new Set(
    titles.map(title =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

test('every entry point loads', () => {
  const names = Object.keys(manifest.exports).filter(name => !name.endsWith('.json'))
  const load = `for (const name of ${JSON.stringify(names)}) await import(name.replace('.', 'spillway'))`
  ok(app, process.execPath, '--input-type=module', '--eval', load)
})

test('init, type check, test and replay, on the built code', () => {
  assert.match(ok(app, 'npx', '--offline', 'spillway', 'init', 'demo'), /^Made pipeline\.ts/)
  const demo = join(app, 'demo')
  ok(demo, process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '--skipLibCheck', 'false')
  assert.match(ok(demo, process.execPath, '--test', '--test-reporter', 'tap'), /^# pass 1$/m)
  const printed = ok(
    demo,
    'npx',
    '--offline',
    'spillway',
    'replay',
    'pipeline.ts',
    '--source',
    'payments=events.ndjson',
    '--out',
    'out.parquet',
  )
  assert.match(printed, /^card_testing {2}2026-01-01T13:10:00\.000Z {2}c3 {2}score 0\.9$/m)
  assert.match(printed, /^card_testing +12 /m)
  assert.ok(existsSync(join(demo, 'out.parquet')))
})

test('init --from a file, type check, test, replay and audit, on the built code', () => {
  const rows = Array.from(
    { length: 300 },
    (_, i) => `k${i % 9};${1 + (i >> 4)}.1.2026 ${10 + (i % 9)}:30;${i % 30},5;${i % 8 === 0 ? 'ja' : 'nein'}`,
  )
  writeFileSync(join(app, 'orders.csv'), ['Kunde;Zeit;Betrag;Storno', ...rows].join('\n'))
  const printed = ok(app, 'npx', '--offline', 'spillway', 'init', 'first', '--from', 'orders.csv')
  const first = join(app, 'first')
  ok(first, process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '--skipLibCheck', 'false')
  const [, steps] = /^Next:\n((?: .*\n)+)/m.exec(printed)!
  const commands = steps.trim().split(/\n */)
  assert.deepEqual(
    commands.map(command => command.split(' ').slice(0, 3).join(' ')),
    [
      'cd first',
      'npm install',
      'npm test',
      'npx spillway replay',
      'npx spillway audit',
      'npx spillway dev',
      'npx spillway run',
      'curl --json @event.json',
    ],
  )
  for (const command of commands.slice(2, 5)) ok(first, 'bash', '-c', command.replace('npx', 'npx --offline'))
  assert.match(readFileSync(join(first, 'audit/audit.json'), 'utf8'), /"LABEL is a guess: the outcome is \\"Storno\\"/)
})

test('its examples, copied out as they say, find all that they import, and run', () => {
  // Those over Kafka say to install its client.
  link(join(root, 'node_modules/@platformatic/kafka'), join(app, 'node_modules/@platformatic/kafka'))
  cpSync(join(installed, 'examples'), join(app, 'examples'), { recursive: true })
  writeFileSync(join(app, 'package.json'), '{ "type": "module", "private": true }\n')
  const files = globSync('examples/**/*.ts', { cwd: app })
  assert.ok(files.length > 40)
  const module = ['--module', 'nodenext', '--resolveJsonModule', '--skipLibCheck']
  typeChecks(files, ...module, '--target', 'es2024', '--lib', 'es2024,esnext', '--types', 'node')
  const city = ['--customers', '60', '--terminals', '120', '--days', '45', '--seed', '2']
  ok(app, process.execPath, 'examples/fraud/generate.ts', ...city, '--out', 'payments.ndjson', '--planted', 'planted.ndjson')
  const ages = ok(app, process.execPath, 'examples/fraud/ages.ts', '--payments', 'payments.ndjson', '--planted', 'planted.ndjson')
  assert.match(ages, /^\| 15 min \|/m)
})

test("the client type-checks in a browser's project, which knows nothing of Node", () => {
  const page = `import { client, named } from 'spillway/client'
import type { payments } from './demo/pipeline.ts'
const api = client({ url: '/spillway', fetch: (url, init) => window.fetch(url, init) })
void api.send(named<typeof payments>('payments'), []).then(({ accepted }) => (document.title = String(accepted)))
`
  writeFileSync(join(app, 'page.ts'), page)
  const module = ['--module', 'esnext', '--moduleResolution', 'bundler']
  typeChecks(['page.ts'], ...module, '--target', 'es2022', '--lib', 'es2022,dom', '--types', '')
})

function typeChecks(files: readonly string[], ...options: readonly string[]): void {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  ok(app, process.execPath, compiler, '--strict', '--noEmit', '--allowImportingTsExtensions', ...options, ...files)
}

/** A newcomer sees a decision within 10 s; a machine that runs other tests as well has three times as long. */
const FIRST_DECISION_MS = 30_000

test('dev, whose process for each version is a file of the package, with the dashboard of the package', t => {
  const wait = 'for i in $(seq 1200); do grep -q "^card_testing .*score" dev.txt && break; sleep 0.1; done; touch decided.txt'
  const dev = '../node_modules/.bin/spillway dev pipeline.ts --listen 0 > dev.txt 2>&1'
  const read = `const page = await (await fetch(process.argv[2])).text()
const script = /src="([^"]+)"/.exec(page)[1]
const { status, headers } = await fetch(new URL(script, process.argv[2]))
console.log(status, headers.get('content-type'))
`
  writeFileSync(join(app, 'read-page.mjs'), read)
  const ask = "node ../read-page.mjs $(grep -o 'http://[^ ]*/ui' dev.txt) > ui.txt"
  ok(join(app, 'demo'), 'bash', '-c', `touch begun.txt; ${dev} & ${wait}; ${ask}; kill $!; wait $!`)
  assert.equal(readFileSync(join(app, 'demo/ui.txt'), 'utf8'), '200 text/javascript; charset=utf-8\n')
  assert.match(readFileSync(join(app, 'demo/dev.txt'), 'utf8'), /^card_testing .* score 0\.1$[^]*^stopped at entry \d+/m)
  const [begun, decided] = ['begun.txt', 'decided.txt'].map(file => statSync(join(app, 'demo', file)).mtimeMs)
  const figure = `the first decision came ${Math.round(decided - begun)} ms after the start`
  t.diagnostic(figure)
  assert.ok(decided - begun <= FIRST_DECISION_MS, figure)
})

test('the guide, from an empty folder to a webhook received', async () => {
  let text = readFileSync(join(root, 'docs/start/quickstart.md'), 'utf8')
  for (const port of ['7070', '8080']) text = text.replaceAll(port, String(await freePort()))
  const furnish = (into: string): void => {
    install(into)
    link(join(root, 'node_modules/typescript/bin/tsc'), join(into, 'node_modules/.bin/tsc'))
    writeFileSync(join(into, 'package.json'), '{ "type": "module", "private": true }\n')
  }
  assert.equal(faultsOf('docs/start/quickstart.md', text, { furnish, conditions: [] }).join('\n'), '')
})

/** The guide names its ports, which others may have here. */
async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listen(server)
  await new Promise(done => void server.close(done))
  return port
}

test('an older Node gets one clear error', t => {
  const path = process.env['PATH']!.split(delimiter)
    .filter(entry => !entry.includes('node_modules'))
    .join(delimiter)
  const { stdout } = run(app, 'node', ['--version'], path)
  const major = Number(/^v(\d+)/.exec(stdout)?.[1] ?? NaN)
  if (!(major < 24)) return t.skip(`the system has ${stdout.trim() || 'no other Node'}`)
  const { status, stderr } = run(app, join(app, 'node_modules/.bin/spillway'), ['--help'], path)
  assert.equal(status, 1)
  assert.match(
    stderr,
    /^SPILL_NODE_TOO_OLD: Spillway needs Node 24 or newer; this is \d+\.\d+\.\d+\. Fix: npm install --save-dev node@24.*\n$/,
  )
})

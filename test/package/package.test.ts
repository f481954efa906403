/**
 * The package as it is published: built, and used by a project that has its declared dependencies and nothing else.
 *
 * Nothing is fetched: the dependencies are those installed here. Costs one compilation.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after, before, test } from 'node:test'

const root = resolve(import.meta.dirname, '../..')

interface Manifest {
  readonly bin: Record<string, string>
  readonly exports: Record<string, string | { types: string; default: string }>
  readonly dependencies: Record<string, string>
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest
const project = mkdtempSync(join(tmpdir(), 'spillway-package-'))
const installed = join(project, 'node_modules/spillway')

function node(...args: string[]): string {
  const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: project, env, encoding: 'utf8' })
  assert.equal(status, 0, stdout + stderr)
  return stdout
}

const tsc = (...args: string[]): string => node(join(root, 'node_modules/typescript/bin/tsc'), ...args)

before(() => {
  mkdirSync(installed, { recursive: true })
  tsc('-p', join(root, 'tsconfig.build.json'), '--outDir', join(installed, 'dist'))
  cpSync(join(root, 'package.json'), join(installed, 'package.json'))
  for (const name of [...Object.keys(manifest.dependencies), '@types/node']) {
    const target = join(project, 'node_modules', name)
    mkdirSync(dirname(target), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), target)
  }
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
})

after(() => rmSync(project, { recursive: true }))

const entries = Object.entries(manifest.exports).flatMap(([name, entry]) => (typeof entry === 'string' ? [] : [{ name, ...entry }]))

for (const { name, types, default: code } of entries)
  test(`spillway${name.slice(1)} can be imported, with its types`, () => {
    assert.ok(existsSync(join(installed, types)), types)
    assert.ok(existsSync(join(installed, code)), code)
    const file = `consumer${name.replaceAll(/\W/g, '-')}.ts`
    writeFileSync(join(project, file), `import * as all from 'spillway${name.slice(1)}'\nconsole.log(Object.keys(all).length)\n`)
    assert.ok(Number(node(file)) > 0)
    tsc('--noEmit', '--strict', '--module', 'nodenext', '--skipLibCheck', 'false', '--types', 'node', '--target', 'es2024', file)
  })

for (const [name, file] of Object.entries(manifest.bin))
  test(`the command ${name} runs`, () => {
    assert.match(node(join(installed, file), '--help'), /spillway/)
    assert.match(readFileSync(join(installed, file), 'utf8'), /^#!\/usr\/bin\/env node\n/)
  })

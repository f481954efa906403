import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { called } from '../../../test/cli/called.ts'
import { ownPackage } from './own-package.ts'

const folder = scratchFolder('own-package')
const root = join(folder, 'app/node_modules/spillway')
const project = join(folder, 'app/demo')
mkdirSync(join(root, 'dist'), { recursive: true })
const record = (resolved: string) =>
  writeFileSync(
    join(folder, 'app/node_modules/.package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/spillway': { resolved, version: '0.1.0' } } }),
  )

test('the dependency is the tarball while it exists, the version of a registry, otherwise the folder', () => {
  const own = { spec: 'file:../node_modules/spillway', description: 'the folder of this command: no registry has it yet' }
  assert.deepEqual(ownPackage(project, root), own)
  record('file:../spillway-0.1.0.tgz')
  assert.deepEqual(ownPackage(project, root), own, 'the tarball is gone')
  writeFileSync(join(folder, 'spillway-0.1.0.tgz'), '')
  assert.equal(ownPackage(project, root).spec, 'file:../../spillway-0.1.0.tgz')
  record('https://registry.example/spillway/-/spillway-0.1.0.tgz')
  assert.deepEqual(ownPackage(project, root), { spec: '^0.1.0', description: 'the version of this command' })
  record('https://files.example/spillway.tgz')
  assert.equal(ownPackage(project, root).spec, 'https://files.example/spillway.tgz')
})

test('the generated dependency resolves from the project and is printed', async () => {
  const generated = join(folder, 'generated')
  const { out, err, status } = await called('init', generated)
  assert.equal(status, 0, err)
  const { default: manifest } = (await import(join(generated, 'package.json'), { with: { type: 'json' } })) as {
    default: { dependencies: { spillway: string } }
  }
  const { spillway } = manifest.dependencies
  assert.match(spillway, /^file:/)
  assert.ok(existsSync(join(resolve(generated, spillway.slice('file:'.length)), 'package.json')), spillway)
  assert.ok(out.includes(`spillway is ${spillway}, the folder of this command`), out)
})

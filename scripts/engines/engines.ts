/**
 * `npm run engines -- up kafka registry`: starts the real engines that Spillway works with, for tests and for a first try. From packages only, on free
 * loopback ports.
 *
 *     npm run engines -- up kafka@3.9.2     starts it, and prints the variables with which Spillway finds it
 *     npm run engines -- status             lists what runs
 *     npm run engines -- down               ends what `up` started
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { engineId, type EngineKind, type EngineState, ENGINES_FOLDER, runningEngine, startEngine, stopEngine } from './engine.ts'
import { securedKafka } from './kafka-secured.ts'
import { kafka } from './kafka.ts'
import { registry } from './registry.ts'

const kinds: readonly EngineKind[] = [kafka, securedKafka, registry]

/** Parses `kafka` or `kafka@3.9.2`. Throws for an unknown one. */
function engineOf(text: string): { readonly kind: EngineKind; readonly version: string } {
  const [name, version] = text.split('@')
  const kind = kinds.find(each => each.name === name)
  if (!kind) throw new Error(`there is no engine '${name}'; there is ${kinds.map(each => each.name).join(', ')}`)
  return { kind, version: version ?? kind.versions[0] }
}

/** Ids of the engines of which this checkout has a folder. */
function knownIds(): readonly string[] {
  const folder = join(ENGINES_FOLDER, 'run')
  return existsSync(folder) ? readdirSync(folder).toSorted() : []
}

const idOf = (text: string): string => {
  const { kind, version } = engineOf(text)
  return engineId(kind, version)
}

function printEngine({ name, version, address, pid, env }: EngineState, note = ''): void {
  console.log(`${name} ${version}  ${address}  process ${pid}${note}`)
  for (const [variable, value] of Object.entries(env)) console.log(`  export ${variable}=${value}`)
}

async function up(names: readonly string[]): Promise<void> {
  if (names.length === 0) throw new Error(`name the engines: ${kinds.map(({ name }) => name).join(', ')}`)
  for (const { kind, version } of names.map(engineOf)) {
    const began = Date.now()
    const state = await startEngine(kind, version)
    printEngine(state, `  ready in ${((Date.now() - began) / 1000).toFixed(1)} s`)
  }
}

async function down(names: readonly string[]): Promise<void> {
  for (const id of names.length === 0 ? knownIds() : names.map(idOf))
    console.log((await stopEngine(id)) ? `${id} ended` : `${id} does not run`)
}

function status(): void {
  const running = knownIds().flatMap(id => runningEngine(id) ?? [])
  for (const state of running) printEngine(state)
  if (running.length === 0) console.log('No engine runs.')
}

const [verb, ...names] = process.argv.slice(2)
try {
  if (verb === 'up') await up(names)
  else if (verb === 'down') await down(names)
  else if (verb === 'status' && names.length === 0) status()
  else throw new Error('write: npm run engines -- up NAME[@VERSION]… | down [NAME[@VERSION]…] | status')
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}

/**
 * A schema registry with Confluent's REST API: Apicurio, on loopback, with its schemas in memory. Its version 3 needs Java 21, which is no
 * package of the Debian of these tests.
 */
import { join } from 'node:path'
import { type EngineKind, freePorts, startProgram } from './engine.ts'
import { javaArchive } from './java-packages.ts'

const READY_MS_MAX = 1000

const programFolder = (version: string): string =>
  javaArchive(`registry-${version}`, `io.apicurio:apicurio-registry-app:${version}:tar.gz:all`)

/** The engine `registry`. */
export const registry: EngineKind = {
  name: 'registry',
  versions: ['2.6.13.Final'],
  install(version) {
    programFolder(version)
  },
  async start(version, folder) {
    const [port] = await freePorts(1)
    const address = `http://127.0.0.1:${port}/apis/ccompat/v7`
    const program = join(programFolder(version), `apicurio-registry-app-${version}-runner.jar`)
    const settings = ['-Dquarkus.http.host=127.0.0.1', `-Dquarkus.http.port=${port}`]
    const memory = ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
    const isReady = (): Promise<boolean> => answers(`${address}/subjects`)
    const pid = await startProgram('java', [...memory, ...settings, '-jar', program], { folder, isReady })
    return { pid, address, env: { SCHEMA_REGISTRY: address } }
  },
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(READY_MS_MAX) })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}

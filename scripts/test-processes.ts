/**
 * Test files that run together in one process. Starting a process and loading the library takes most test files longer than their tests do.
 *
 * Files of a room share a process, each as a suite. A file has a process of its own if it ends or counts on the state of its process. So
 * have long sweeps and tests with Kafka.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Test files by the file that Node's test runner starts: the test file itself, or a generated file that imports several. */
export type TestProcesses = ReadonlyMap<string, readonly string[]>

const ownProcess = /\.(deep|kafka)\.test\.ts$/

const touchesProcess = /process\.(exit|on|exitCode|chdir)\b|globalThis/

/** Node attributes a test to the file that registers it. A file all of whose tests a helper registers cannot be told from an empty one. */
const ownTest = /^ *(test|it)\(/m

/** Files in a process, at most: few enough that the last processes of a run end at about the same time. */
const FILES_MAX = 12

/** Writes the generated files to `folder`. */
export function testProcesses(files: readonly string[], folder: string): TestProcesses {
  const isShared = (file: string): boolean => {
    const text = readFileSync(file, 'utf8')
    return !ownProcess.test(file) && ownTest.test(text) && !touchesProcess.test(text)
  }
  const processes = new Map<string, readonly string[]>(files.filter(file => !isShared(file)).map(file => [file, [file]]))
  const rooms = Map.groupBy(files.filter(isShared), file => file.split('/').slice(0, 2).join('-'))
  mkdirSync(folder, { recursive: true })
  for (const [room, roomFiles] of rooms) {
    const count = Math.ceil(roomFiles.length / FILES_MAX)
    for (let i = 0; i < count; i++) {
      const members = roomFiles.filter((_, at) => at % count === i)
      if (members.length === 1) processes.set(members[0], members)
      else {
        const path = join(folder, `${room}-${i + 1}.test.ts`)
        writeFileSync(path, suites(members))
        processes.set(path, members)
      }
    }
  }
  return processes
}

/** A suite for each file, so that a hook is for the tests of its file. A hook that a helper registers as it loads is for the file that loads it first. */
function suites(files: readonly string[]): string {
  const lines = files.map(file => `describe(${JSON.stringify(file)}, () => import(${JSON.stringify(pathToFileURL(resolve(file)).href)}))`)
  return ["import { describe } from 'node:test'", ...lines, ''].join('\n')
}

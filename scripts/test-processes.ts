/**
 * Test files that run together in one process. Starting a process and loading the library takes a short test file longer than its tests do.
 *
 * Files of a room share a process if they leave the state of the process alone: no environment, hooks for all tests of a file, mocks,
 * servers, threads or child processes. Those of the dashboard have a document each; those outside src, long sweeps and tests with Kafka
 * take long.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Test files by the file that Node's test runner starts: the test file itself, or a generated file that imports several. */
export type TestProcesses = ReadonlyMap<string, readonly string[]>

const sharing = /^src\/(?!ui\/).*(?<!\.deep|\.kafka)\.test\.ts$/

const touchesProcess =
  /process\.(env|chdir|exit|stdout|stderr|on)\b|^(before|after|beforeEach|afterEach)\(|mock\.|globalThis|node:(child_process|worker_threads|http|net)|setGlobalDispatcher/m

/** Node attributes a test to the file that registers it. A file all of whose tests a helper registers cannot be told from an empty one. */
const ownTest = /^ *(test|it)\(/m

/** Files in a process, at most: few enough that the last processes of a run end at about the same time. */
const FILES_MAX = 12

/** Writes the generated files to `folder`. */
export function testProcesses(files: readonly string[], folder: string): TestProcesses {
  const isShared = (file: string): boolean => {
    const text = readFileSync(file, 'utf8')
    return sharing.test(file) && ownTest.test(text) && !touchesProcess.test(text)
  }
  const processes = new Map<string, readonly string[]>(files.filter(file => !isShared(file)).map(file => [file, [file]]))
  const rooms = Map.groupBy(files.filter(isShared), file => file.split('/').slice(0, 2).join('-'))
  mkdirSync(folder, { recursive: true })
  for (const [room, roomFiles] of rooms) {
    const count = Math.ceil(roomFiles.length / FILES_MAX)
    for (let i = 0; i < count; i++) {
      const path = join(folder, `${room}-${i + 1}.test.ts`)
      const members = roomFiles.filter((_, at) => at % count === i)
      writeFileSync(path, members.map(member => `import ${JSON.stringify(pathToFileURL(resolve(member)).href)}\n`).join(''))
      processes.set(path, members)
    }
  }
  return processes
}

/**
 * Runs test files and prints one line for each process, then every failure.
 *
 * A file that ends before its tests, or has none, has failed, whatever its exit code: Node's runner alone would count it as passed. A file
 * that never ends has failed, too (bounded.ts).
 */
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { run, type EventData } from 'node:test'
import { inspect } from 'node:util'
import { NOT_BEGUN } from './not-begun.ts'
import { nothing, plus, type Tally } from './tally.ts'
import { testProcesses } from './test-processes.ts'

export type Coverage = EventData.TestCoverage['summary']

const testMs = 600_000

export async function runTests(
  files: readonly string[],
  options: { readonly coverage: boolean },
): Promise<{ tally: Tally; coverage: Coverage | undefined }> {
  const processes = testProcesses(files, join('.cache', 'tests'))
  const events = run({
    files: [...processes.keys()],
    // Tests import modules that the entry points import, not the entry points (src/base/node/compilers.ts).
    execArgv: ['-C', 'spillway-source', '--no-maglev', '--import', join(import.meta.dirname, 'bounded.ts')],
    // One more than cores, since most tests wait for a disk, a timer or another process now and then.
    concurrency: availableParallelism() + 1,
    timeout: testMs,
    coverage: options.coverage,
    coverageIncludeGlobs: 'src/**/*.ts',
    coverageExcludeGlobs: '**/*.test.ts',
  })
  const unfinished = new Set([...processes.keys()].map(shortName))
  const tested = new Set<string>()
  const output = new Map<string, string>()
  const failures: string[] = []
  let tally = nothing
  let coverage: Coverage | undefined
  for await (const event of events) {
    if (event.type === 'test:coverage') coverage = event.data.summary
    else if (event.type === 'test:stdout' || event.type === 'test:stderr') {
      const file = shortName(event.data.file)
      output.set(file, (output.get(file) ?? '') + event.data.message)
    } else if (event.type === 'test:summary' && event.data.file) {
      const file = shortName(event.data.file)
      if (event.data.counts.tests > 0) unfinished.delete(file)
      printProcess(file, processes.get(file) ?? [], event.data, output.get(file))
    } else if (event.type === 'test:pass' && !standsForOthers(event.data)) {
      tested.add(shortName(event.data.file))
      tally = plus(tally, isSkipped(event.data) ? { skipped: 1 } : { passed: 1 })
    } else if (event.type === 'test:fail' && !standsForOthers(event.data) && !unfinished.has(event.data.name)) {
      tested.add(shortName(event.data.file))
      tally = plus(tally, isSkipped(event.data) ? { skipped: 1 } : { failed: 1 })
      if (!isSkipped(event.data)) failures.push(failureText(event.data))
    }
  }
  const late = new Set([...unfinished].filter(file => output.get(file)?.startsWith(NOT_BEGUN)))
  for (const file of late) {
    unfinished.delete(file)
    console.log(`– ${file}  ${NOT_BEGUN}`)
  }
  for (const file of unfinished) failures.push(`${file} ended before its tests did, or has none\n${output.get(file) ?? ''}`)
  const shared = [...processes].filter(([file, members]) => members.length > 1 && !unfinished.union(late).has(shortName(file)))
  const untested = shared.flatMap(([, members]) => members.filter(member => !tested.has(member)))
  for (const file of untested) failures.push(`${file} has no tests`)
  for (const failure of failures) console.log(`\n✖ ${failure}`)
  return { tally: plus(tally, { failed: unfinished.size + untested.length, skipped: late.size }), coverage }
}

/** Node also reports suites, tests with failed subtests, and files without tests; their results are counted elsewhere. */
function standsForOthers({ details, name, file }: EventData.TestPass | EventData.TestFail): boolean {
  if ('error' in details) return failureType(details.error) === 'subtestsFailed'
  return details.type === 'suite' || name === shortName(file)
}

const isSkipped = ({ skip, todo }: EventData.TestPass | EventData.TestFail): boolean => skip !== undefined || todo !== undefined

const failureType = (error: object): unknown => ('failureType' in error ? error.failureType : undefined)

function printProcess(
  file: string,
  members: readonly string[],
  { counts, duration_ms: ms, success }: EventData.TestSummary,
  output: string | undefined,
): void {
  const skipped = counts.skipped + counts.todo
  const skips = skipped > 0 ? `, ${skipped} skipped` : ''
  const name = members.length > 1 ? `${file}, ${members.length} files` : file
  console.log(`${success ? '✔' : '✖'} ${name}  ${counts.passed} of ${counts.tests}${skips}  ${(ms / 1000).toFixed(1)} s`)
  if (output) console.log(output.trimEnd().replace(/^/gm, '    '))
}

function failureText({ name, file, line, details }: EventData.TestFail): string {
  const cause: unknown = details.error.cause ?? details.error
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause)
  const ours = text.split('\n').filter(stackLine => !stackLine.includes('(node:internal/') && !stackLine.includes(' at async Promise.all'))
  return `${name} (${shortName(file)}:${line ?? '?'})\n${ours.join('\n').replace(/^/gm, '    ')}`
}

const shortName = (file: string | undefined): string => relative(process.cwd(), file ?? '')

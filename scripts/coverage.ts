/** Prints the coverage of the tests, one line for each room. A file that no test loaded counts with all of its lines, uncovered. */
import { globSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { Coverage } from './run-tests.ts'

interface Lines {
  covered: number
  total: number
}

export function printCoverage(coverage: Coverage): void {
  const rooms = new Map<string, Lines>()
  const add = (file: string, covered: number, total: number): void => {
    const name = file.split('/')[1].replace('.ts', '')
    const room = rooms.get(name) ?? { covered: 0, total: 0 }
    rooms.set(name, { covered: room.covered + covered, total: room.total + total })
  }
  const loaded = new Set<string>()
  for (const file of coverage.files) {
    const path = relative(process.cwd(), file.path)
    loaded.add(path)
    add(path, file.coveredLineCount, file.totalLineCount)
  }
  const unloaded = globSync('src/**/*.ts').filter(file => !file.endsWith('.test.ts') && !loaded.has(file) && hasCode(file))
  for (const file of unloaded) add(file, 0, readFileSync(file, 'utf8').split('\n').length)

  console.log('\nlines covered by the tests')
  for (const [name, lines] of [...rooms].sort(([a], [b]) => (a < b ? -1 : 1))) console.log(`  ${name.padEnd(12)} ${percent(lines)}`)
  const all = [...rooms.values()].reduce((sum, room) => ({ covered: sum.covered + room.covered, total: sum.total + room.total }))
  console.log(`  ${'all'.padEnd(12)} ${percent(all)}`)
  if (unloaded.length > 0) console.log(`  no test loads ${unloaded.join(', ')}`)
}

const percent = ({ covered, total }: Lines): string => `${((100 * covered) / total).toFixed(1).padStart(5)} %  of ${total}`

/** Files of types alone are erased and never loaded. */
function hasCode(file: string): boolean {
  return /^(export )?(default )?(async )?(function|class|const|let) /m.test(readFileSync(file, 'utf8'))
}

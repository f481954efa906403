/** The files of the repository by git: tracked, or new and not ignored. Paths are relative to the root. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

export interface TextFile {
  readonly path: string
  readonly text: string
}

/** Every text file whose path ends in one of `endings`; all of them when none is given. */
export function textFiles(...endings: readonly string[]): TextFile[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  return listed
    .split('\0')
    .filter(path => path !== '' && existsSync(path) && (endings.length === 0 || endings.some(ending => path.endsWith(ending))))
    .map(path => ({ path, text: readFileSync(path, 'utf8') }))
    .filter(({ text }) => !text.includes('\0'))
}

export const isTest = (path: string): boolean => path.endsWith('.test.ts') || path.endsWith('.test-d.ts')

/** The room of a file of the library: `kernel` for `src/kernel/window.ts`; `index` for `src/index.ts`; none elsewhere. */
export function roomOf(path: string): string | undefined {
  const [top, room, ...rest] = path.split('/')
  if (top !== 'src' || room === undefined) return undefined
  return rest.length === 0 ? room.replace(/\..*/, '') : room
}

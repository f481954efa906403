/** Temporary folders of tests. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const made: string[] = []

/**
 * An empty folder, which is removed at the end of the test file's process: so everything that the tests opened in it is closed before, in
 * whatever order their hooks run, and a failed test leaves nothing behind.
 */
export function scratchFolder(name: string): string {
  if (made.length === 0) process.once('exit', () => made.forEach(folder => rmSync(folder, { recursive: true, force: true })))
  const folder = mkdtempSync(join(tmpdir(), `spillway-${name}-`))
  made.push(folder)
  return folder
}

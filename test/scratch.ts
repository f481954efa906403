/** Temporary folders of tests. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folders: string[] = []

/**
 * An empty folder, which is removed at the end of the test file's process: so everything that the tests opened in it is closed before, in
 * whatever order their hooks run, and a failed test leaves nothing behind.
 */
export function scratchFolder(name: string): string {
  if (folders.length === 0) process.once('exit', () => folders.forEach(folder => rmSync(folder, { recursive: true, force: true })))
  const folder = mkdtempSync(join(tmpdir(), `spillway-${name}-`))
  folders.push(folder)
  return folder
}

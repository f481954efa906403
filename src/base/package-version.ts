import { readFileSync } from 'node:fs'

/** The version of this Spillway, as its package says. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  return version
}

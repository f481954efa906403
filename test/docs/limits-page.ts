/** The table of limits in `docs/reference/limits.md`, made from the sources. `npx node test/docs/limits-page.ts` prints the page. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { limits } from '../../src/base/limits.ts'

const INTRO = `# Limits

This page lists every limit of Spillway with its value. Exceeding a limit is a typed error (\`SPILL_LIMIT\` unless stated otherwise) or
back-pressure, never silent growth. The message names the limit. Limits are constants of a version; they cannot be configured.`

/** A limit with its documentation, or a line that starts a section. */
const line = /^ {2}\/\/ (?<section>.+?)\.$|^ {2}\/\*\*(?<documentation>.*?)(?: \*\/)?$|^ {3}\* (?<more>.+)$|^ {2}(?<name>[A-Z][A-Z0-9_]*): /

/** The page as it must be. A limit without documentation of its own shares that of the limit before it. */
export function limitsPage(): string {
  const values: Readonly<Record<string, number>> = limits
  const rows: string[] = [INTRO]
  for (const file of ['limits', 'network-limits', 'kafka-limits', 'analysis-limits']) {
    let documentation = ''
    for (const text of readFileSync(join(import.meta.dirname, `../../src/base/${file}.ts`), 'utf8').split('\n')) {
      const groups = line.exec(text)?.groups
      if (groups?.['section']) rows.push(`\n## ${groups['section']}\n\n| limit | value | meaning |\n| --- | --- | --- |`)
      if (groups?.['documentation'] !== undefined) documentation = groups['documentation'].trim()
      if (groups?.['more']) documentation = `${documentation} ${groups['more']}`.trim()
      if (groups?.['name']) rows.push(`| \`${groups['name']}\` | ${values[groups['name']].toLocaleString('en-US')} | ${documentation} |`)
    }
  }
  return `${rows.join('\n')}\n`
}

if (import.meta.main) process.stdout.write(limitsPage())

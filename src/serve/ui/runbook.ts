/**
 * The runbook of an alert: the section about its cause in docs/guides/alerts.md, which is in the package, as it is written. So the link of an
 * alert works on a machine without the internet.
 */
import { readFile } from 'node:fs/promises'

const guide = new URL('../../../docs/guides/alerts.md', import.meta.url)

/** The section of a cause, with its heading; `undefined` for a cause without one, and without the guide. */
export async function runbookText(cause: string): Promise<string | undefined> {
  const text = await readFile(guide, 'utf8').catch(() => '')
  const sections = text.split(/^(?=## )/m)
  return sections.find(section => section.startsWith(`## ${cause}\n`))
}

/**
 * Compares the output of a block with the documented one. Loosely: `…` stands for anything within a line, a line of `…` alone for any
 * number of lines, and the number of spaces does not matter.
 */
export function printsAs(printed: string, documented: string): boolean {
  const pattern = linesOf(documented)
    .map(line => (line === '…' ? '(?:.*\\n)*?' : `${line.split('…').map(escaped).join('.*?')}\\n`))
    .join('')
  return new RegExp(`^${pattern}$`).test(
    linesOf(printed)
      .map(line => `${line}\n`)
      .join(''),
  )
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

const linesOf = (text: string): string[] =>
  text
    .trim()
    .split('\n')
    .map(line => line.replace(/[ \t]+/g, ' ').trim())

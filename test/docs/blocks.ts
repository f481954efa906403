/** Fenced code blocks of a Markdown text. CONTRIBUTING.md explains the words after the fence. */
export interface Block {
  /** The first word after the fence; empty if there is none. */
  readonly language: string
  /** `run` and others. */
  readonly flags: ReadonlySet<string>
  /** The file that the block creates or continues: `file=NAME`. */
  readonly file: string | undefined
  /** Reason why the block is not run: `skip=…` up to the end of the line. */
  readonly skip: string | undefined
  readonly text: string
  /** Line of the opening fence, from 1. */
  readonly line: number
}

export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = []
  const lines = markdown.split('\n')
  for (let i = 0; i < lines.length; i++) {
    const opening = /^( *)(`{3,}|~{3,})(.*)$/.exec(lines[i])
    if (!opening) continue
    const [, indent, fence, info] = opening
    const first = i + 1
    while (++i < lines.length && !lines[i].trimStart().startsWith(fence));
    const body = lines.slice(first, i).map(line => (line.startsWith(indent) ? line.slice(indent.length) : line))
    blocks.push({ ...wordsOf(info.trim()), text: body.map(line => `${line}\n`).join(''), line: first })
  }
  return blocks
}

function wordsOf(info: string): Pick<Block, 'language' | 'flags' | 'file' | 'skip'> {
  const [before, skip] = info.split(/ ?\bskip=/, 2)
  const [language = '', ...words] = before.split(/\s+/)
  const file = words.find(word => word.startsWith('file='))?.slice('file='.length)
  return { language, flags: new Set(words.filter(word => !word.includes('='))), file, skip }
}

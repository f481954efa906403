/**
 * Addresses of pages on the site. The same Markdown is read on GitHub and in the package, where links are relative paths between files of the
 * repository; the site moves some pages and lacks other files.
 */
import { posix } from 'node:path'

/** A link or an image: its label, its target and its anchor. */
const link = /(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\((?<target>[^)\s#]*)(?<anchor>#[^)\s]*)?\)/g
const fence = /^ *(`{3,}|~{3,})/

/** Path of a page on the site, from the path of its file in the repository; undefined if the site does not have the file. */
export function sitePath(path: string): string | undefined {
  if (path === 'docs/README.md' || path === 'README.md') return 'index.md'
  if (/^docs\/.*\.(md|svg|png)$/.test(path)) return path.slice('docs/'.length)
  if (path === 'src/index.ts') return 'reference/api/spillway.md'
  const entryPoint = /^src\/public\/([\w-]+)\.ts$/.exec(path)
  if (entryPoint) return `reference/api/spillway/${entryPoint[1]}.md`
  const example = /^examples\/(\w+)\/README\.md$/.exec(path)
  if (example) return `examples/${example[1]}.md`
  const room = /^src\/([\w-]+)\/README\.md$/.exec(path)
  if (room) return `project/rooms/${room[1]}.md`
  return /^[A-Z]+\.md$/.test(path) ? `project/${path.toLowerCase()}` : undefined
}

/** The text of a page with its links as the site needs them. A link to a file that the site lacks becomes its label. */
export function withSiteLinks(path: string, markdown: string): string {
  const folder = posix.dirname(sitePath(path)!)
  return mapText(markdown, text =>
    text.replaceAll(link, (whole, image: string, label: string, ...rest) => {
      const { target, anchor = '' } = rest.at(-1) as { readonly target: string; readonly anchor?: string }
      if (target === '' || /^[a-z]+:/.test(target)) return whole
      const there = sitePath(posix.join(posix.dirname(path), target))
      if (there === undefined) return label
      return `${image}[${label}](./${posix.relative(folder, there)}${anchor})`
    }),
  )
}

/** Anchor of a heading, as GitHub makes it. */
export const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-')

/** Targets of the links and images of a page, and of its fragments, outside of code. */
export function linksOf(markdown: string): { readonly target: string; readonly anchor: string }[] {
  const links: { target: string; anchor: string }[] = []
  mapText(markdown, text => {
    for (const { groups } of text.matchAll(link)) links.push({ target: groups!['target'], anchor: groups!['anchor']?.slice(1) ?? '' })
    return text
  })
  return links
}

/** A heading of a page, without marks. */
export interface Heading {
  readonly level: number
  readonly text: string
  /** Index of its line, from 0. */
  readonly line: number
}

export function headingsOf(markdown: string): Heading[] {
  const headings: Heading[] = []
  mapText(markdown, (line, index) => {
    const heading = /^(#{1,6}) (.+)$/.exec(line)
    if (heading) headings.push({ level: heading[1].length, text: heading[2].replaceAll(link, '$2').replaceAll('`', ''), line: index })
    return line
  })
  return headings
}

/** The page with each line outside of fenced code replaced by `change`; code spans stay as they are. */
function mapText(markdown: string, change: (line: string, index: number) => string): string {
  let open: string | undefined
  return markdown
    .split('\n')
    .map((line, index) => {
      const marks = fence.exec(line)?.[1]
      if (open === undefined && marks === undefined) return change(line, index)
      if (open === undefined) open = marks
      else if (line.trim() === open) open = undefined
      return line
    })
    .join('\n')
}

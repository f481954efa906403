/** Checks of the documentation as a set of pages: links, lengths, the sidebar of the site, and clicks from the first page to an answer. */
import { posix } from 'node:path'
import { anchorOf, headingsOf, linksOf } from '../../site/links.ts'
import type { TextFile } from '../sources/files.ts'

/** Words of prose in a page, at most; code blocks are left out. */
export const WORDS_MAX = 1500

/** Links between files of the repository whose file, or heading in it, does not exist. */
export function deadLinks(pages: readonly TextFile[], exists: (path: string) => boolean): string[] {
  const anchors = new Map(pages.map(({ path, text }) => [path, anchorsOf(text)]))
  return pages.flatMap(({ path, text }) =>
    localLinks(path, text).flatMap(({ file, anchor }) => {
      if (!exists(file)) return [`${path} links to ${file}, which does not exist`]
      const isMissing = anchor !== '' && anchors.has(file) && !anchors.get(file)!.has(anchor)
      return isMissing ? [`${path} links to ${file}#${anchor}, which is no heading there`] : []
    }),
  )
}

/** Pages with more words than `WORDS_MAX` that are no exception, and exceptions that are no longer needed. */
export function longPages(pages: readonly TextFile[], exceptions: Readonly<Record<string, string>>): string[] {
  const words = new Map(pages.map(({ path, text }) => [path, wordsOf(text)]))
  return [
    ...[...words]
      .filter(([path, count]) => count > WORDS_MAX && !(path in exceptions))
      .map(([path, count]) => `${path} has ${count} words`),
    ...Object.keys(exceptions)
      .filter(path => (words.get(path) ?? 0) <= WORDS_MAX)
      .map(path => `${path} needs no exception`),
  ]
}

/** Pages that the sidebar lacks, pages of the sidebar that do not exist, and pages that it has twice. */
export function sidebarFaults(paths: readonly string[], sidebar: readonly string[]): string[] {
  return [
    ...paths.filter(path => !sidebar.includes(path)).map(path => `${path} is not in site/sidebar.ts`),
    ...sidebar.filter(path => !paths.includes(path)).map(path => `site/sidebar.ts has ${path}, which is no page`),
    ...sidebar.filter((path, i) => sidebar.indexOf(path) < i).map(path => `site/sidebar.ts has ${path} twice`),
  ]
}

/** Least number of links to follow from a page to each page that can be reached. */
export function clicksFrom(start: string, pages: readonly TextFile[]): Map<string, number> {
  const texts = new Map(pages.map(({ path, text }) => [path, text]))
  const clicks = new Map([[start, 0]])
  for (const [path, count] of clicks)
    for (const { file } of localLinks(path, texts.get(path) ?? '')) if (texts.has(file) && !clicks.has(file)) clicks.set(file, count + 1)
  return clicks
}

const anchorsOf = (text: string): Set<string> => new Set(headingsOf(text).map(heading => anchorOf(heading.text)))

/** The text under a heading, up to the next heading of its level or above; undefined without such a heading. */
export function sectionOf(markdown: string, heading: string): string | undefined {
  const headings = headingsOf(markdown)
  const first = headings.find(({ text }) => text === heading)
  if (first === undefined) return undefined
  const next = headings.find(({ level, line }) => line > first.line && level <= first.level)
  return markdown
    .split('\n')
    .slice(first.line + 1, next?.line)
    .join('\n')
    .trim()
}

function localLinks(path: string, text: string): { readonly file: string; readonly anchor: string }[] {
  return linksOf(text)
    .filter(({ target }) => !/^[a-z]+:/.test(target))
    .map(({ target, anchor }) => ({
      file: target === '' ? path : posix.normalize(posix.join(posix.dirname(path), target)).replace(/\/$/, ''),
      anchor,
    }))
}

const wordsOf = (text: string): number =>
  text
    .replaceAll(/^ *(`{3,}|~{3,})[^]*?^ *\1 *$/gm, '')
    .split(/\s+/)
    .filter(word => word !== '').length

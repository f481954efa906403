/** ARCHITECTURE.md is one page, its table has every room in the order of the floors, and it and the rooms' pages name files that exist. */
import { existsSync } from 'node:fs'
import { roomOf, type TextFile } from '../sources/files.ts'
import type { Module } from '../sources/syntax.ts'

export const PAGE_WORDS_MAX = 2100
export const PAGE_LINE_MAX = 140
export const PURPOSE_WORDS_MAX = 15

const words = (text: string): number => text.split(/\s+/).filter(word => /\w/.test(word)).length

/** A page of more words than a newcomer reads in ten minutes, and its long lines. */
export function pageTooLong(page: string): string[] {
  const long = page.split('\n').flatMap((line, i) => (line.length > PAGE_LINE_MAX ? [`line ${i + 1} has ${line.length} characters`] : []))
  const count = words(page)
  return [...(count > PAGE_WORDS_MAX ? [`ARCHITECTURE.md has ${count} words, more than ${PAGE_WORDS_MAX}`] : []), ...long]
}

/** Rooms that the table leaves out, has without need, describes at length, or has in another order than `floors`. */
export function roomTableFaults(modules: readonly Module[], page: string, floors: readonly string[]): string[] {
  const section = /^## Rooms$[^]*?(?=^## |$(?![^]))/m.exec(page)?.[0] ?? ''
  const rows = [...section.matchAll(/^\| `([\w-]+)\/` \| (.*) \|$/gm)].map(([, room, purpose]) => ({ room, purpose }))
  const named = rows.map(({ room }) => room)
  const rooms = new Set(modules.filter(({ path }) => path.split('/').length > 2).flatMap(({ path }) => roomOf(path) ?? []))
  const ordered = floors.filter(room => named.includes(room))
  const misplaced = ordered.find((room, i) => named.filter(name => floors.includes(name))[i] !== room)
  return [
    ...[...rooms].filter(room => !named.includes(room)).map(room => `the table of rooms leaves out ${room}/`),
    ...named.filter(room => !rooms.has(room)).map(room => `the table of rooms has ${room}/, which does not exist`),
    ...(misplaced === undefined ? [] : [`the table of rooms is not in the order of test/tidy/floors.ts at ${misplaced}/`]),
    ...rows
      .filter(({ purpose }) => words(purpose) > PURPOSE_WORDS_MAX)
      .map(({ room }) => `the purpose of ${room}/ has more than ${PURPOSE_WORDS_MAX} words`),
  ]
}

/** Pages of rooms that ARCHITECTURE.md does not link to. */
export const unlinkedPages = (paths: readonly string[], page: string): string[] =>
  paths.filter(path => /^src\/.*\.md$/.test(path) && !page.includes(`](${path})`)).map(path => `ARCHITECTURE.md has no link to ${path}`)

/**
 * Files and folders that a page names and that do not exist: code spans like `kernel/arena.ts`, from `src/`, from the page's own folder or
 * from the root.
 */
export function missingFiles(pages: readonly TextFile[], exists: (path: string) => boolean = existsSync): string[] {
  return pages.flatMap(({ path, text }) => {
    const folder = path.slice(0, path.lastIndexOf('/') + 1)
    return [...text.matchAll(/(?<=`|^[ \d]+[a-z]+ +)[\w-]+(?:\/[\w.-]+)*(?:\.(?:ts|md|json)|\/)(?=[` ])/gm)]
      .map(([name]) => name)
      .filter(name => ![name, `src/${name}`, folder + name].some(exists))
      .map(name => `${path} names ${name}, which does not exist`)
  })
}

/** Files and names that comments refer to must exist: a reference that survives a rename leads readers nowhere. */
import { posix } from 'node:path'
import { lineOf, type Module } from '../sources/syntax.ts'

/** The name of a source file, with its path if it has one: `block-length.ts`, `cli/main.ts`. */
const fileName = /(?<![\w.-])(?:[\w.-]+\/)*[\w-]+(?:\.[\w-]+)*\.ts\b(?!-)/g

/** A code span that is a name or a path of members, with or without arguments: `LogStore`, `limits.KEYS_MAX`, `run(pipeline)`. */
const nameSpan = /`#?([A-Za-z_$][\w$]*(?:[.#]+[A-Za-z_$][\w$]*)*)(?:\([^`]*\))?`/g

/** A name of several words (`appendRecords`, `LogStore`, `KEYS_MAX`). A single word is too often a value, a column or plain English. */
const compoundName = /[a-z\d][A-Z]|[A-Z]_[A-Z]/

/** Files of a user's project that the library looks for by name. */
const userFiles: readonly string[] = ['spillway.config.ts']

/** Examples in documentation name files and functions of users. */
const exampleTag = '@example'

/** Names of files in comments that no file of the tree has, compared without folders. */
export function missingFilesInComments(modules: readonly Module[], paths: readonly string[]): string[] {
  const fileNames = new Set([...userFiles, ...paths.map(path => posix.basename(path))])
  return missingReferences(modules, fileName, ([name]) => (fileNames.has(posix.basename(name)) ? [] : [name]))
}

/** Compound names in code spans of comments that no module of `tree` has outside of its comments. */
export function missingNamesInComments(modules: readonly Module[], tree: readonly Module[] = modules): string[] {
  const names = new Set(tree.flatMap(module => codeOf(module).match(/[A-Za-z_$][\w$]*/g) ?? []))
  return missingReferences(modules, nameSpan, match => match[1].split(/[.#]+/).filter(name => compoundName.test(name) && !names.has(name)))
}

/** Of each match of `pattern` in a comment before its example, what `missing` returns. */
function missingReferences(modules: readonly Module[], pattern: RegExp, missing: (match: RegExpExecArray) => readonly string[]): string[] {
  return modules.flatMap(({ path, text, comments }) =>
    comments.flatMap(({ start, value }) =>
      [...value.split(exampleTag)[0].matchAll(pattern)].flatMap(match =>
        missing(match).map(name => `${path}:${lineOf(text, start + match.index)} names ${name}, which does not exist`),
      ),
    ),
  )
}

/** The text of a module without its comments. */
function codeOf({ text, comments }: Module): string {
  let code = ''
  let from = 0
  for (const { start, value } of comments) {
    code += text.slice(from, start)
    from = start + value.length
  }
  return code + text.slice(from)
}

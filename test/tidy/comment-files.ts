/** Source files that comments name must exist: a name that survives a rename of its file leads readers nowhere. */
import { posix } from 'node:path'
import { lineOf, type Module } from '../sources/syntax.ts'

/** The name of a source file, with its path if it has one: `block-length.ts`, `cli/main.ts`. */
const fileName = /(?<![\w.-])(?:[\w.-]+\/)*[\w-]+(?:\.[\w-]+)*\.ts\b(?!-)/g

/** Examples in documentation name files of users. */
const exampleTag = '@example'

/** Names of files in comments that no file of the tree has, compared without folders. */
export function missingFilesInComments(modules: readonly Module[], paths: readonly string[]): string[] {
  const fileNames = new Set(paths.map(path => posix.basename(path)))
  return modules.flatMap(({ path, text, comments }) =>
    comments.flatMap(({ start, value }) =>
      [...value.split(exampleTag)[0].matchAll(fileName)]
        .filter(([name]) => !fileNames.has(posix.basename(name)))
        .map(({ 0: name, index }) => `${path}:${lineOf(text, start + index)} names ${name}, which does not exist`),
    ),
  )
}

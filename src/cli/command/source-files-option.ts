/** The files of sources on the command line: `--source NAME=FILE…`. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { SpillwayError, unknownNameError } from '../../base/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import type { SourceFile } from '../../replay/index.ts'
import { UsageError } from './command.ts'

/** Parses the values of `--source NAME=FILE…`, or of the option that is named. Throws `UsageError`. */
export function sourceFiles(values: readonly string[], option = '--source'): SourceFile[] {
  const files = values.map(text => {
    const [, source, path] = /^([^=]+)=(.+)$/.exec(text) ?? []
    if (source === undefined) throw new UsageError(`${option} ${text} is not NAME=FILE; write ${option} payments=payments.ndjson`)
    return { source, path }
  })
  const duplicate = files.find((file, i) => files.findIndex(other => isSame(other, file)) < i)
  if (duplicate) throw new UsageError(`${option} ${duplicate.source}=${duplicate.path} is given twice`)
  return files
}

const isSame = (a: SourceFile, b: SourceFile): boolean => a.source === b.source && resolve(a.path) === resolve(b.path)

/** Checks the files before any is read. Throws `SPILL_NOT_FOUND` for an unknown source, `SPILL_FILE` for a missing file. */
export function checkSourceFiles(files: readonly SourceFile[], ir: PipelineIR): void {
  const names = ir.sources.map(source => source.name)
  for (const { source, path } of files) {
    if (!names.includes(source)) throw unknownNameError(ir.name, 'source', source, names)
    if (!existsSync(path)) throw new SpillwayError('SPILL_FILE', `does not exist; it was given for source '${source}'`, { place: path })
  }
}

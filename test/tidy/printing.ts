/** Commands print through `src/cli/command/print.ts`, which escapes texts of senders. */
import type { TextFile } from '../sources/files.ts'

/**
 * Files that print directly, which print nothing that a sender writes, with the reason. JSON escapes line ends by itself. A further file
 * that prints directly uses `print.ts`, or gets its reason here.
 */
export const printing: Readonly<Record<string, string>> = {
  'src/cli/audit/audit.ts': 'its report is checked by src/audit/report, warnings are of troubleLines',
  'src/cli/backfill/backfill.ts': 'files and sizes; warnings are of troubleLines',
  'src/cli/bin.ts': 'the version of Node',
  'src/cli/run/run-output.ts': 'JSON',
  'src/cli/dev/dev-child.ts': 'messages of errors, by messageOf',
  'src/cli/models/drift.ts': 'names of inputs and measures',
  'src/cli/init/init.ts': 'what it wrote, by forTerminal',
  'src/cli/init/interview.ts': 'questions, by forTerminal',
  'src/cli/main.ts': 'help, and messages of errors, by messageOf',
  'src/cli/models/models.ts': 'versions: names of inputs and measures',
  'src/cli/command/print.ts': 'what all others print through',
  'src/cli/command/style.ts': 'nothing: it asks a stream for its styles and columns',
  'src/cli/command/progress.ts': 'stages, by inOneLine',
  'src/cli/inspect/batch-runs.ts': 'groups, times and hashes',
  'src/cli/inspect/tokens.ts': 'names that an operator gave',
  'src/cli/models/train.ts': 'versions; warnings are of troubleLines',
  'src/cli/models/training-set.ts': 'counts; warnings are of troubleLines',
}

const PRINTS = /console\.\w+\((?!JSON\.stringify\()|process\.std(?:out|err)\b/

/** Commands that print directly without a reason, and reasons of files that do not. */
export function unescapedPrinting(files: readonly TextFile[], reasons: Readonly<Record<string, string>> = printing): string[] {
  const prints = files.filter(({ path, text }) => /^src\/cli\/.*(?<!\.test)\.ts$/.test(path) && PRINTS.test(text)).map(({ path }) => path)
  return [
    ...prints.filter(path => !(path in reasons)).map(path => `${path} prints by itself: print through src/cli/command/print.ts`),
    ...Object.keys(reasons)
      .filter(path => !prints.includes(path))
      .map(path => `${path} does not print by itself any more: take it out of test/tidy/printing.ts`),
  ]
}

import { SpillwayError } from '../base/errors.ts'
import type { FoundFile } from './detect.ts'
import type { InputFile } from './input.ts'

export async function openCsv({ path }: FoundFile): Promise<InputFile> {
  throw new SpillwayError('SPILL_UNSUPPORTED', 'CSV comes next', { place: path })
}

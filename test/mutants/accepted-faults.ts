/**
 * Equivalent mutants: faults that no test can detect because they change no value, each with the reason. They are listed as survivors, but
 * do not count.
 */
import { readFileSync } from 'node:fs'
import type { Fault } from './faults.ts'

export interface AcceptedFault extends Pick<Fault, 'path' | 'code' | 'was' | 'is'> {
  readonly reason: string
}

export function acceptedFaults(): AcceptedFault[] {
  return JSON.parse(readFileSync(new URL('./accepted.json', import.meta.url), 'utf8')) as AcceptedFault[]
}

export const isSame = (a: AcceptedFault, b: Fault): boolean => a.path === b.path && a.code === b.code && a.was === b.was && a.is === b.is

/** Faults that no test can find because they change no value, each with the reason. They count as survivors, but explained ones. */
import { readFileSync } from 'node:fs'
import type { Fault } from './faults.ts'

export interface Accepted extends Pick<Fault, 'path' | 'code' | 'was' | 'is'> {
  readonly reason: string
}

export function acceptedFaults(): Accepted[] {
  return JSON.parse(readFileSync(new URL('./accepted.json', import.meta.url), 'utf8')) as Accepted[]
}

export const isSame = (a: Accepted, b: Fault): boolean => a.path === b.path && a.code === b.code && a.was === b.was && a.is === b.is

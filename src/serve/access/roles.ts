/** What a client may do. Each route asks for one of these; `admin` may do everything. */
import { didYouMean } from '../../base/did-you-mean.ts'

export const roles = ['ingest', 'read', 'decide', 'operate', 'admin'] as const

export type Role = (typeof roles)[number]

/** For the help of commands. */
export const roleTexts: Readonly<Record<Role, string>> = {
  ingest: 'send events',
  read: 'read features, decisions, effects, their streams and figures',
  decide: 'ask models for decisions',
  operate: 'change what waits: dead letters and the like, ask for batch runs and reports, train and promote models',
  admin: 'all of that',
}

export const allows = (own: readonly Role[], needed: Role): boolean => own.includes(needed) || own.includes('admin')

export const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text)

/** What is wrong with the name of a role, with what is near it. */
export const noRole = (text: string): string => `'${text}' is no role${didYouMean(text, roles)}`

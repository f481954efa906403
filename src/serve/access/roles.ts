/** Roles of clients. Each route needs one role; `admin` has all of them. */
import { didYouMean } from '../../base/index.ts'

/** All roles. */
export const roles = ['ingest', 'read', 'decide', 'operate', 'admin'] as const

/** A role that a route may need: `ingest`, `read`, `decide`, `operate` or `admin`. */
export type Role = (typeof roles)[number]

/** One line for each role, for the help of commands. */
export const roleDescriptions: Readonly<Record<Role, string>> = {
  ingest: 'send events',
  read: 'read features, decisions, effects, their streams and figures',
  decide: 'ask models for decisions',
  operate: 'change dead letters and effects, start batch runs and reports, train and promote models',
  admin: 'all of that',
}

/** Do the roles of a client include the needed one? */
export const allowsRole = (own: readonly Role[], needed: Role): boolean => own.includes(needed) || own.includes('admin')

/** Is the text the name of a role? */
export const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text)

/** The message for an unknown role, with the nearest known one. */
export const unknownRoleMessage = (text: string): string => `'${text}' is no role${didYouMean(text, roles)}`

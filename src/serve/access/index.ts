/** Access to the server: tokens, roles, and the share of its memory and time that each client has. */
export type { RateLimit } from './rate-limit.ts'
export type { ResourceLimits } from './resource-limits.ts'
export { isRole, type Role, roleDescriptions, roles, addToken, readTokens, revokeToken } from './token-file.ts'
export { Tokens } from './tokens.ts'
export type { WebhookSecrets } from './webhook-signature.ts'

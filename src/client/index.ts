/** The door of the HTTP client, for runs in the same process: types of answers, texts of keys, and required values. */
export type { Decision, KeyFeatures, RejectedEvent, Sent } from './answers.ts'
export { requireValues } from './client-error.ts'
export { type KeyOf, keyTexts } from './named.ts'

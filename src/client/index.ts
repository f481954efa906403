/** Calls a Spillway server from a back end or a browser. Public as `spillway/client`. */
export type { Decision, KeyFeatures, RefusedEvent, Sent } from './answers.ts'
export { requireValues } from './feature-values.ts'
export { type KeyOf, keyTexts } from './named.ts'

/** `spillway/testing`: a pipeline in a test, on a virtual clock. */
import '../base/require-node.ts'
export { testLogStore } from './conformance/log-store.ts'
export type { LogStoreHarness, StorePlace, StoreReader } from './conformance/log-store-harness.ts'
export { testOnlineStore, type OnlineStoreHarness } from './conformance/online-store.ts'
export type { TestDecision } from './decisions.ts'
export type { TestLabel } from './labels.ts'
export type { TestReport, TestReportRow } from './reports.ts'
export { testing, type TestKey, type TestRun, type TestingOptions } from './run.ts'

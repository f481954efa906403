/**
 * `spillway/testing`: a pipeline in a test, on a virtual clock.
 *
 * @module spillway/testing
 */
import '../base/node/require-node.ts'
export { testLogStore } from '../testing/conformance/log-store.ts'
export type { LogStoreHarness, StorePlace, StoreReader } from '../testing/conformance/log-store-harness.ts'
export { testOnlineStore, type OnlineStoreHarness } from '../testing/conformance/online-store.ts'
export type { TestDecision, TestLabel, TestReport, TestReportRow } from '../testing/results.ts'
export { testSqlDialect, type SqlDialectOptions } from '../testing/conformance/sql-dialect.ts'
export type { OpenSqlEngine } from '../testing/conformance/sql-engine.ts'
export { testTableFormat, type TableFormatHarness } from '../testing/conformance/table-format.ts'
export { testing, type TestKey, type TestRun, type TestingOptions } from '../testing/run.ts'
export { testSourceReader } from '../testing/conformance/source-reader.ts'
export type { SourceReaderHarness, SourceReaderSetUp } from '../testing/conformance/source-reader-harness.ts'
export { testModelRuntime, type ExampleVector, type ModelRuntimeHarness } from '../testing/conformance/model-runtime.ts'
export { testDestination, type DestinationHarness, type ReceivedDelivery } from '../testing/conformance/destination.ts'

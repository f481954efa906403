/** `spillway/testing`: a pipeline in a test, with a clock that the test moves. */
export { testing, type TestDecision, type TestRun, type TestingOptions } from './run.ts'

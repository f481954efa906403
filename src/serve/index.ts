/** The HTTP servers of a run (events in, decisions and features out, and the routes that operate it) and of a gate. */
export type { Authorize } from './context/server-context.ts'
export { checkListenOptions, type ListenOptions, type RunningServer, startGateServer, startServer } from './listen.ts'
export { servePlugin } from './plugin.ts'

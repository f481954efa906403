/** The HTTP server of a run: events in, decisions and features out, and the routes that operate it. */
export type { Authorize } from './context/server-context.ts'
export { checkListenOptions, type ListenOptions, type RunningServer, startServer } from './listen.ts'
export { servePlugin } from './plugin.ts'

/** Server-sent events: committed decisions and effects, as they come. */
export { CommitFeed } from './journal.ts'

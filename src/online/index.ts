/** The `OnlineStore` port: the newest feature values by key, and the in-process store. */
export type { OnlineRow, OnlineStore, OnlineValue, OnlineWrite } from './online-store.ts'

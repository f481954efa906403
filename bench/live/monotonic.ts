/** Milliseconds of the machine's monotonic clock, the same in every process: what one sends, another may time. */
export const monotonic = (): number => Number(process.hrtime.bigint()) / 1e6

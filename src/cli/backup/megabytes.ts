/** Sizes of backups in text output. */

/** Greatest `--rate`, MB/s. */
export const RATE_MB_MAX = 100_000

/** Bytes as megabytes (10^6): `0.3 MB`, `1,250 MB`. */
export const megabytes = (bytes: number): string =>
  `${(bytes / 1e6).toLocaleString('en-US', { maximumSignificantDigits: bytes < 1e8 ? 2 : 3 })} MB`

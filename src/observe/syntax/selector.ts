/** Selectors of PromQL. */

/** A selector of one series in a job: `spillway_up{job="shop"}`. */
export const selector = (name: string, labels: Readonly<Record<string, string>>): string =>
  `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(', ')}}`

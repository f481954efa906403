/** Settings in the IR. */

/** A setting: a text, or a value that is read where the pipeline runs. Secrets are never in the IR. */
export type SettingIR = { readonly kind: 'value'; readonly value: string } | { readonly kind: 'env' | 'file'; readonly name: string }

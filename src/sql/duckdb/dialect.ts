import type { PointInTimeDialect } from '../dialect.ts'

const SAFE = Number.MAX_SAFE_INTEGER

/** The dialect of DuckDB. Exact values are HUGEINT, which raises an error on overflow. */
export const duckdb: PointInTimeDialect = {
  name: 'duckdb',
  types: {
    int: 'BIGINT',
    decimal: 'BIGINT',
    timestamp: 'BIGINT',
    duration: 'BIGINT',
    bool: 'BOOLEAN',
    string: 'VARCHAR',
    double: 'DOUBLE',
  },
  identifier: name => `"${name.replaceAll('"', '""')}"`,
  // DuckDB ends a query at its first NUL.
  text: value => `('${value.replaceAll("'", "''").replaceAll('\0', "' || chr(0) || '")}')`,
  // Without an exponent a fraction would be a DECIMAL.
  double: value => (String(value).includes('e') ? String(value) : `${value}e0`),

  wide: integer => `(${integer})::HUGEINT`,
  stored: exact => `CASE WHEN ${exact} BETWEEN -${SAFE} AND ${SAFE} THEN (${exact})::BIGINT END`,
  equalDouble: integer => `(${integer})::DOUBLE`,
  // A direct cast of HUGEINT does not round to nearest: of 20,000 random values 263 were a unit off. Parsing rounds correctly.
  rounded: exact => `(${exact})::VARCHAR::DOUBLE`,
  isFinite: double => `isfinite(${double})`,
  finite: double => `CASE WHEN isfinite(${double}) THEN ${double} + 0e0 END`,
  quotient: (double, by) => `${double} / ${by}`,
  // An integer remainder has the sign of the dividend.
  tile: (time, hop) => (hop === 1 ? `(${time})` : `((${time}) - (((${time}) % ${hop}) + ${hop}) % ${hop})`),
  series: (from, to, step) => `unnest(generate_series(${from}, ${to}, ${step}))`,

  first: (value, order) => `arg_min(${value}, ${order})`,
  last: (value, order) => `arg_max(${value}, ${order})`,
  newest: (value, order, k) => `arg_max(${value}, ${order}, ${k})`,
  record: values => `{${values.map((value, i) => `'f${i}': ${value}`).join(', ')}}`,
  greatest: (value, k) => `max(${value}, ${k})`,
  list: value => `list(${value})`,
  // count(DISTINCT) builds hash tables of its own: 6 ms per query, however short.
  distinct: list => `list_unique(${list})`,
  ranked: (list, rank) => `list_sort(${list})[(${rank})::BIGINT]`,
  mostFrequent(list, k, map) {
    const counted = `map_entries(list_aggregate(${list}, 'histogram'))`
    const ranked = `list_sort(list_transform(${counted}, lambda item: {'a': -(item.value::BIGINT), 'b': item.key}))`
    return `list_transform(${ranked}[1:${k}], lambda item: ${map('item.b')})`
  },
  sumOver: (list, map) => `list_sum(list_transform(${list}, lambda item: ${map('item')}))`,
  // `list_sum` skips NULLs, and does not define its order.
  total: list => `list_reduce(${list}, lambda total, item: total + item)`,
  items: values => `[${values.join(', ')}]`,
  length: list => `len(${list})`,
  item: (list, index) => `${list}[${index + 1}]`,
  different: list => `list_distinct(${list})`,
  each: (list, map) => `list_transform(${list}, lambda item: ${map('item')})`,
  greatestOfEach(list, width) {
    const isLast = `coalesce(sorted[i + 1] // ${width} <> item // ${width}, TRUE)`
    return `list_transform([list_sort(${list})], lambda sorted: list_filter(sorted, lambda item, i: ${isLast}))[1]`
  },
  // `list_reduce` needs items and result of one type, so it reduces lists and appends to the first.
  repeated: (double, times, next) =>
    `list_reduce(list_transform(range(${times + 1}), lambda n: [${double}]), lambda made, n: list_append(made, ${next('made[-1]')}))`,
  bound: (name, value, body) => `list_transform([${value}], lambda ${name}: ${body(name)})[1]`,

  whole: (integer, by) => `(${integer} // ${by})`,
  binaryDigits: integer => `length(bin(${integer}))`,
  powerOf2: double => `power(2e0, ${double})`,
  textBits: text => `('0x' || sha256(${text})[1:13])::BIGINT`,
  doubleBits(double) {
    const bits = `(${double})::BIT::UBIGINT`
    return `{'a': (${bits} // ${2 ** 32})::BIGINT, 'b': (${bits} % ${2 ** 32})::BIGINT}`
  },
  pair: (first, second) => `{'a': ${first}, 'b': ${second}}`,
  part: (pair, index) => `${pair}.${index === 0 ? 'a' : 'b'}`,
}

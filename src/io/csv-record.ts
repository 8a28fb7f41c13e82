/** Makes an object of a record's fields, as many as there are columns. */
export type MakeRecord = (fields: readonly (string | null)[]) => Record<string, string | null>

/** With more columns than this, objects are dictionaries in V8 in any case. */
const maxCompiledColumns = 500

/**
 * Compiles the making of a record: an object literal is many times quicker than setting properties by computed names. Names
 * stand in it as JSON strings, in brackets because a plain `"__proto__": x` would set the prototype.
 */
export function recordMaker(columns: readonly string[]): MakeRecord {
  if (columns.length > maxCompiledColumns)
    return (fields) => Object.fromEntries(columns.map((name, i) => [name, fields[i] ?? null]))
  const properties = columns.map((name, i) => {
    const key = JSON.stringify(name)
    return `${name === '__proto__' ? `[${key}]` : key}: fields[${i}]`
  })
  return new Function('fields', `return { ${properties.join(', ')} }`) as MakeRecord
}

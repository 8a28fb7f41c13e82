/** More properties than this make no literal: V8 would store them in a dictionary anyway. */
const MAX_LITERAL_PROPERTIES = 128

const cache = new Map<string, (...args: never[]) => object>()
const MAX_CACHED = 1000

/**
 * A function that makes an object with these own properties by one literal, so that all such objects share one hidden class.
 * `valueOf` gives the text of the expression for the property at an index, over the parameter. Undefined when there are too many properties
 * or two of one name. Names are data: they only ever stand in the text as string literals.
 */
export function objectLiteral<Source>(
  names: readonly string[],
  parameter: string,
  expressionOf: (index: number) => string,
): ((source: Source) => object) | undefined {
  if (names.length > MAX_LITERAL_PROPERTIES || new Set(names).size < names.length) return undefined
  const properties = names.map((name, index) => `${propertyName(name)}: ${expressionOf(index)}`)
  const text = `return { ${properties.join(', ')} }`
  const found = cache.get(text)
  if (found !== undefined) return found as (source: Source) => object
  const made = new Function(parameter, text) as (source: Source) => object
  if (cache.size >= MAX_CACHED) cache.clear()
  cache.set(text, made)
  return made
}

/** A property's name as it stands in a literal; a computed one for `__proto__`, which otherwise sets the prototype. */
export function propertyName(name: string): string {
  return name === '__proto__' ? `['__proto__']` : JSON.stringify(name)
}

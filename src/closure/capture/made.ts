import { Kind, type KindNumber } from '../format/tags.js'
import type { Graph } from './graph.js'

/** How the arguments of an equal object are read off one. */
const recipes: Readonly<Record<string, (value: never) => unknown[]>> = {
  URL: (value: URL) => [value.href],
  URLSearchParams: (value: URLSearchParams) => [value.toString()],
  TextEncoder: () => [],
  TextDecoder: (value: InstanceType<typeof TextDecoder>) => [
    value.encoding,
    { fatal: value.fatal, ignoreBOM: value.ignoreBOM },
  ],
}

const formats = 'Collator DateTimeFormat NumberFormat PluralRules ListFormat RelativeTimeFormat Segmenter DisplayNames'

/** Writes an object that an equal constructor call makes again: a URL, a number format. */
export function intrinsicInstance(graph: Graph, value: object, id: number): KindNumber | undefined {
  const name = constructorName(value)
  const recipe = name !== undefined && Object.hasOwn(recipes, name) ? recipes[name] : undefined
  if (name !== undefined && recipe && value instanceof (Reflect.get(globalThis, name) as Function)) {
    return write(graph, [name], recipe(value as never))
  }
  const format = formats.split(' ').find((one) => value instanceof (Reflect.get(Intl, one) as Function))
  if (!format) return undefined
  if (Object.getPrototypeOf(value) !== (Reflect.get(Intl, format) as Function).prototype) {
    return graph.refuse(id, `an object that extends Intl.${format} cannot travel`)
  }
  const { locale, ...options } = (value as Intl.NumberFormat).resolvedOptions()
  return write(graph, ['Intl', format], [locale, options])
}

function constructorName(value: object): string | undefined {
  const owner: unknown = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(value), 'constructor')?.value
  return typeof owner === 'function' ? owner.name : undefined
}

function write(graph: Graph, path: readonly string[], args: unknown[]): KindNumber {
  graph.path(Kind.made, path)
  graph.out.string(JSON.stringify(args))
  return Kind.made
}

/** Sets an own property as a literal would, whatever its name and whatever the prototype says about it. */
export function defineProperty(target: object, name: string, value: unknown, enumerable = true): void {
  Object.defineProperty(target, name, { value, enumerable, writable: true, configurable: true })
}

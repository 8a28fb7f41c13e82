import type { HandleRef } from './closure.js'

/**
 * Key of a method `() => HandleRef`: a value that has it is captured as that handle, and rebuilt by the receiving
 * process's handle resolver. Broadcasts and accumulators have it.
 */
export const travels: unique symbol = Symbol.for('firesteel.travels')

/** Key of a text: a value that has it is refused with that text. RDDs and contexts have it. */
export const staysHome: unique symbol = Symbol.for('firesteel.stays-home')

/** A value that knows how to travel. */
export interface Traveller {
  [travels](): HandleRef
}

/** Whether `value` has a method under `travels`. */
export function isTraveller(value: object): value is Traveller {
  return travels in value && typeof (value as Partial<Traveller>)[travels] === 'function'
}

/** The text under `staysHome`, if there is one. */
export function reasonToStay(value: object): string | undefined {
  if (!(staysHome in value)) return undefined
  const reason = (value as { [staysHome]: unknown })[staysHome]
  return typeof reason === 'string' ? reason : 'it belongs to the driver'
}

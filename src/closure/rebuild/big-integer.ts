/** The reverse of `toString(36)`, in pieces that stay exact. */
export function parseBigInt(text: string): bigint {
  const isNegative = text.startsWith('-')
  let value = 0n
  for (const digit of isNegative ? text.slice(1) : text) value = value * 36n + BigInt(Number.parseInt(digit, 36))
  return isNegative ? -value : value
}

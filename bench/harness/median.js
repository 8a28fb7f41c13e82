/** The middle value, or the mean of the two middle ones; undefined when a value is missing or there is none. */
export function median(values) {
  if (values.length === 0 || values.includes(undefined)) return undefined
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

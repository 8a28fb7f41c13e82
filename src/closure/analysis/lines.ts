/** How many line ends a text has before an offset. */
export function lineBreaksBefore(text: string, offset: number): number {
  return text.slice(0, offset).match(/\r\n|[\n\r\u2028\u2029]/g)?.length ?? 0
}

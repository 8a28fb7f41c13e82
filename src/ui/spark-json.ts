/** As Java prints a date: `Sun Nov 22 15:38:20 UTC 2026`; always in UTC, whatever the zone of the machine. */
export function javaDate(at: number): string {
  const [, day, month, date, year, time] = /^(\w+), (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(at).toUTCString()) ?? []
  return `${day} ${date} ${month} ${time} UTC ${year}`
}

/** Custom resources with their addresses, by name. */
export function resourcesJson(resources: Readonly<Record<string, readonly string[]>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(resources).map(([name, addresses]) => [name, { name, addresses }]))
}

/** Custom resources that are asked for. */
export function amountsJson(
  amounts: Readonly<Record<string, number>>,
): { readonly name: string; readonly amount: number }[] {
  return Object.entries(amounts).map(([name, amount]) => ({ name, amount }))
}

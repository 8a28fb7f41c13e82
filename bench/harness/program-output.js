/** Reads the lines `checksum <text>` and `metric <name> <number>` that a program prints; other lines are its own affair. */
export function parseOutput(stdout) {
  const metrics = {}
  let checksum
  for (const line of stdout.split('\n')) {
    const [kind, name, value] = line.split(' ')
    if (kind === 'checksum') checksum = line.slice('checksum '.length)
    else if (kind === 'metric') metrics[name] = Number(value)
  }
  return { checksum, metrics }
}

/** The part of the report that tells how and on what the figures were taken. */
export function method({ date, options, machine }) {
  const extra = [
    ...options.conf.map((setting) => `every peer with \`${setting}\``),
    ...options.sparkConf.map((setting) => `Spark with \`${setting}\``),
  ]
  return [
    '## Method',
    '',
    `- ${date.slice(0, 10)}; size ${options.size} (${options.scale} of the full size); ${plural(options.rounds, 'round')}; cells`,
    '  are the median (least–greatest). Each round runs every peer once, each time beginning with another one.',
    '- Ratios above 1: Firesteel needs less time or memory, or has the higher rate. Below 1 it loses.',
    `- Every peer is started by its own \`spark-submit\` with \`--master ${options.master} --driver-memory ${options.driverMemory}\`, the web`,
    '  interface off, log level WARN, the same partitions, the same folder for shuffle and spill files; otherwise',
    `  each has its defaults${extra.length === 0 ? '' : `, but ${extra.join(', ')}`}.`,
    '- Wall time is that of the whole command, with the start of its processes; nothing is warmed up but the page cache:',
    '  input files are read once before every run.',
    '- Memory is the resident set sampled every 50 ms and summed over the process tree; pages that processes share count',
    '  once for each process.',
    '- The programs print a checksum of their result (the sorted files are read and checked after the run); ratios are given',
    '  only when all peers agree.',
    '- Data are generated, the same on every machine.',
    '',
    '## Machine and versions',
    '',
    `- ${machine.processor}, ${plural(machine.cores, 'core')}, ${machine.memoryGiB} GiB, ${machine.system}`,
    `- Load average of the last minute before the runs: ${machine.load.least.toFixed(1)} to ${machine.load.greatest.toFixed(1)}. Runs follow each other, so up to`,
    `  ${machine.cores} is the benchmark's own; more means that others used the machine as well, and times are too long.`,
    `- Firesteel ${machine.firesteel}, Node ${machine.node}`,
    ...(machine.spark === undefined
      ? []
      : [`- Apache Spark ${machine.spark} from PyPI, ${machine.java}, ${machine.python}`]),
    '',
  ]
}

const plural = (n, noun) => `${n} ${noun}${n === 1 ? '' : 's'}`

import { median } from '../harness/median.js'

const show = (value) => (value === undefined ? '–' : value.toFixed(value < 0.1 ? 3 : value < 10 ? 2 : 1))

/** A row for each measurement: medians and spread of both peers, and how many times more Spark takes. */
export function report({ measurements, machine, options, problems }) {
  const rows = measurements.map(({ what, unit, values }) => {
    const cell = (runs = []) =>
      runs.length === 0 ? '–' : `${show(median(runs))} (${show(Math.min(...runs))}–${show(Math.max(...runs))})`
    const [own, other] = [median(values.firesteel ?? []), median(values.spark ?? [])]
    const ratio = own === undefined || other === undefined ? '–' : own === 0 ? '∞' : ratioText(other / own)
    return `| ${what}, ${unit} | ${cell(values.firesteel)} | ${cell(values.spark)} | ${ratio} |`
  })
  return `${[
    '# The standalone cluster: Firesteel and Apache Spark side by side',
    '',
    'Written by `node bench/standalone/run.js`. A master and two workers of one core each, on one machine; cells are the median',
    `(least–greatest) of ${options.rounds} rounds, in which the peers alternate. Ratios above 1: Firesteel needs less.`,
    '',
    '| measurement | Firesteel | Spark | Spark ÷ Firesteel |',
    '| --- | ---: | ---: | ---: |',
    ...rows,
    '',
    ...(problems.length === 0 ? [] : ['## Failed runs', '', ...problems.map((problem) => `- ${problem}`), '']),
    '## What is measured',
    '',
    '- start of the cluster: from the commands, given at once, until the master has two workers.',
    '- pi: `spark-submit` of 100,000 points in 2 partitions, whole command; in cluster mode from the command until the driver has finished.',
    '- recovery: short tasks run on one core; from the kill -9 of the executor, or of its worker, until the next task begins in another process. Of the',
    '  master (recovery mode FILESYSTEM): from its kill -9 and the start of another at once, until that has both workers and has run a new application.',
    '- idle: resident memory, and cpu of one core over 20 s, of each daemon before it has run anything.',
    '',
    '## Machine and versions',
    '',
    `- ${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}`,
    `- Firesteel ${machine.firesteel}, Node ${machine.node}; Apache Spark ${machine.spark}, ${machine.java}`,
    `- ${options.date}; text of ${options.textBytes.toLocaleString('en')} bytes`,
  ].join('\n')}\n`
}

const ratioText = (ratio) => (ratio < 1 ? `**${ratio.toFixed(2)} (loss)**` : ratio.toFixed(ratio < 10 ? 2 : 1))

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, parse } from 'node:path'
import { folders } from './folders.js'
import { method } from './method.js'
import { peerTitles } from './peers.js'

/** Writes the report and the raw runs beside it; returns the report's tables for the terminal. */
export function writeReport({ date, options, machine, summary, runs }) {
  const tables = [
    ...quantity('Wall time', 's', seconds, (result) => result.wallSeconds, { options, summary }),
    ...quantity('Cpu time (user and system, whole process tree)', 's', seconds, (result) => result.cpuSeconds, {
      options,
      summary,
    }),
    ...quantity('Peak memory (whole process tree)', 'MB', megabytes, (result) => result.peakBytes, {
      options,
      summary,
    }),
    ...figureTable({ options, summary }),
  ].join('\n')
  const text = `${[
    '# Benchmarks: Firesteel and Apache Spark side by side',
    '',
    'Written by `node bench/run.js`; the programs and how to repeat this are in [bench/README.md](../bench/README.md).',
    '',
    tables,
    ...(options.peers.includes('firesteel') && options.peers.length > 1 ? losses(summary) : []),
    ...problemList(summary),
    ...method({ date, options, machine }),
    ...programTable(options),
  ].join('\n')}\n`
  mkdirSync(dirname(options.report), { recursive: true })
  writeFileSync(options.report, text)
  const { dir, name } = parse(options.report)
  const { programs, report, help, ...settings } = options
  const raw = { date, machine, options: { ...settings, programs: programs.map((program) => program.name) }, runs }
  const rawPath = join(dir, `${name}.json`)
  writeFileSync(rawPath, `${JSON.stringify(raw, undefined, 2)}\n`)
  format([options.report, rawPath])
  return tables
}

/** As the formatter of this repository wants files to be, where it is installed. */
function format(paths) {
  const formatter = join(folders.root, 'node_modules/.bin/biome')
  if (existsSync(formatter)) spawnSync(formatter, ['format', '--write', ...paths], { cwd: folders.root })
}

/** One table: a row for each program, the median and spread on each peer, and how many times more the other peers take. */
function quantity(title, unit, format, pick, { options, summary }) {
  const others = options.peers.filter((peer) => peer !== 'firesteel')
  const compared = options.peers.includes('firesteel') ? others : []
  const head = ['program', ...options.peers.map((peer) => `${peerTitles[peer]}, ${unit}`), ...compared.map(ratioTitle)]
  const rows = summary.rows.map(({ program, results, equal }) => {
    const cells = options.peers.map((peer) => {
      if (results[peer] !== undefined) return cell(pick(results[peer]), format)
      return program.leavesOut?.[peer] === undefined ? 'failed' : '–'
    })
    const ratios = compared.map((peer) => {
      if (!equal) return 'results differ'
      return ratio(results[peer] && pick(results[peer]).median, results.firesteel && pick(results.firesteel).median)
    })
    return [program.name, ...cells, ...ratios]
  })
  return [`## ${title}`, '', ...table(head, rows), '']
}

/** What the programs measure inside themselves. */
function figureTable({ options, summary }) {
  const others = options.peers.filter((peer) => peer !== 'firesteel')
  const compared = options.peers.includes('firesteel') ? others : []
  const rows = summary.rows.flatMap((row) => figureRows(row, options.peers, compared))
  if (rows.length === 0) return []
  const head = ['figure', ...options.peers.map((peer) => peerTitles[peer]), ...compared.map(ratioTitle)]
  return ['## Inside the process', '', ...table(head, rows), '']
}

function figureRows({ program, results, equal }, peers, compared) {
  const names = Object.values(results)[0]?.figures ?? []
  return names.map(({ name, unit, better }, i) => {
    const figure = (peer) => results[peer]?.figures[i]
    const format = unit === 's' ? seconds : (value) => Math.round(value).toLocaleString('en')
    const ratios = compared.map((peer) => {
      if (!equal) return 'results differ'
      const [own, other] = [figure('firesteel')?.median, figure(peer)?.median]
      return better === 'lower' ? ratio(other, own) : ratio(own, other)
    })
    return [`${program.name}: ${name}, ${unit}`, ...peers.map((peer) => cell(figure(peer), format)), ...ratios]
  })
}

function losses({ rows }) {
  const lost = rows.flatMap(({ program, results }) =>
    Object.keys(results)
      .filter((peer) => peer !== 'firesteel' && results.firesteel !== undefined)
      .flatMap((peer) => lossesTo(peer, program, results)),
  )
  return ['## Where Firesteel loses', '', ...(lost.length === 0 ? ['Nowhere in these runs.'] : lost), '']
}

function lossesTo(peer, program, { firesteel, [peer]: other }) {
  const compared = [
    ['wall time', firesteel.wallSeconds.median, other.wallSeconds.median],
    ['cpu time', firesteel.cpuSeconds.median, other.cpuSeconds.median],
    ['memory', firesteel.peakBytes.median, other.peakBytes.median],
    ...firesteel.figures.map(({ name, better, median }, i) => {
      const theirs = other.figures[i].median
      return better === 'lower' ? [name, median, theirs] : [`time for the ${name}`, 1 / median, 1 / theirs]
    }),
  ]
  return compared
    .filter(([, own, theirs]) => own > theirs)
    .map(
      ([name, own, theirs]) =>
        `- ${program.name}: ${(own / theirs).toFixed(2)} times the ${name} of ${peerTitles[peer]}`,
    )
}

function problemList({ problems }) {
  if (problems.length === 0) return []
  return ['## Failed runs and other faults', '', ...problems.map((problem) => `- ${problem.split('\n')[0]}`), '']
}

function programTable({ programs }) {
  const rows = programs.map((program) => [program.name, program.what])
  const left = programs.flatMap((program) =>
    Object.entries(program.leavesOut ?? {}).map(
      ([peer, why]) => `- ${program.name} leaves out ${peerTitles[peer]}: ${why}`,
    ),
  )
  return ['## Programs, at full size', '', ...table(['program', 'what it does'], rows, '---'), '', ...left]
}

const ratioTitle = (peer) => `${peerTitles[peer]} ÷ Firesteel`
const seconds = (value) => value.toFixed(value < 0.1 ? 3 : value < 10 ? 2 : 1)
const megabytes = (value) => Math.round(value / 1e6).toLocaleString('en')

function cell(spread, format) {
  if (spread?.median === undefined) return '–'
  return `${format(spread.median)} (${format(spread.least)}–${format(spread.greatest)})`
}

function ratio(other, own) {
  if (other === undefined || own === undefined) return '–'
  const value = other / own
  return value < 1 ? `**${value.toFixed(2)} (loss)**` : value.toFixed(value < 10 ? 2 : 1)
}

function table(head, rows, alignment = '---:') {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : alignment))), ...rows.map(line)]
}

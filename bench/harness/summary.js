import { median } from './median.js'
import { peerTitles } from './peers.js'

/**
 * Medians of the runs that ended well, by program and peer, and what went wrong: failed runs, and peers whose checksums
 * differ, whose figures mean nothing.
 */
export function summarise(runs, { programs, peers }) {
  const problems = runs.filter((run) => run.failure !== undefined).map((run) => `${label(run)}: ${run.failure}`)
  for (const run of runs) {
    if (run.stragglers > 0)
      problems.push(`${label(run)}: left ${run.stragglers} process(es) running, which had to be stopped`)
  }
  const rows = programs.map((program) => {
    const own = runs.filter((run) => run.program === program.name && run.failure === undefined)
    const checksums = new Set(own.map((run) => run.checksum))
    if (checksums.size > 1) {
      problems.push(...own.map((run) => `${label(run)}: checksum differs between runs: ${run.checksum}`))
    }
    const results = {}
    for (const peer of peers) {
      const good = own.filter((run) => run.peer === peer)
      if (good.length > 0) results[peer] = resultOf(good, program)
    }
    return { program, results, equal: checksums.size <= 1 }
  })
  return { rows, problems }
}

const label = (run) => `${run.program} on ${peerTitles[run.peer]}, round ${run.round}`

function resultOf(runs, program) {
  const figures = runs.map((run) => program.figures?.(run.metrics) ?? [])
  return {
    wallSeconds: spread(runs.map((run) => run.wallSeconds)),
    cpuSeconds: spread(runs.map((run) => run.cpuSeconds)),
    peakBytes: spread(runs.map((run) => run.peakBytes)),
    figures: figures[0].map((figure, i) => ({ ...figure, ...spread(figures.map((own) => own[i].value)) })),
  }
}

function spread(values) {
  const known = values.filter((value) => value !== undefined)
  return { median: median(known), least: Math.min(...known), greatest: Math.max(...known) }
}

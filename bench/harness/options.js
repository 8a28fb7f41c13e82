import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { folders } from './folders.js'
import { peerNames } from './peers.js'
import { programs } from './programs.js'

const SIZES = { tiny: 0.001, small: 0.1, full: 1 }

export const usage = `usage: node bench/run.js [options]
  --size <tiny|small|full|n>  amount of data: 0.001, 0.1, 1 or n times the full size (small)
  --programs <a,b>            only these programs (all): ${programs.map((program) => program.name).join(', ')}
  --peers <a,b>               only these peers: ${peerNames.join(', ')} (all)
  --rounds <n>                runs of each program on each peer (3)
  --master <url>              the same master for every peer (local[2])
  --driver-memory <size>      the same for every peer (4g)
  --conf <key=value>          one more setting for every peer; may be repeated
  --spark-conf <key=value>    one more setting for Spark alone, to tune it; may be repeated
  --spark-version <version>   the release of pyspark to install (4.0.1)
  --timeout <seconds>         a run that takes longer is stopped and counts as failed (900)
  --out <file>                the report; all raw runs go beside it as .json (docs/benchmarks.md for a complete run at
                              size small or above, bench/build/benchmarks.md for any other)
  --help                      this text`

/** Turns the command line into settings; throws an Error that names what is wrong with it. */
export function parseOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      size: { type: 'string', default: 'small' },
      programs: { type: 'string' },
      peers: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      master: { type: 'string', default: 'local[2]' },
      'driver-memory': { type: 'string', default: '4g' },
      conf: { type: 'string', multiple: true, default: [] },
      'spark-conf': { type: 'string', multiple: true, default: [] },
      'spark-version': { type: 'string', default: '4.0.1' },
      timeout: { type: 'string', default: '900' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  const scale = SIZES[values.size] ?? positive(values.size, '--size')
  const chosenPrograms = choose(
    values.programs,
    programs.map((program) => program.name),
    '--programs',
  )
  const chosenPeers = choose(values.peers, peerNames, '--peers')
  const complete = chosenPrograms.length === programs.length && chosenPeers.length === peerNames.length && scale >= 0.1
  const defaultReport = resolve(complete ? folders.docs : folders.build, 'benchmarks.md')
  return {
    help: values.help,
    size: values.size,
    scale,
    programs: programs.filter((program) => chosenPrograms.includes(program.name)),
    peers: chosenPeers,
    rounds: positive(values.rounds, '--rounds'),
    master: values.master,
    driverMemory: values['driver-memory'],
    conf: values.conf,
    sparkConf: values['spark-conf'],
    sparkVersion: values['spark-version'],
    timeoutSeconds: positive(values.timeout, '--timeout'),
    report: values.out === undefined ? defaultReport : resolve(values.out),
  }
}

function choose(list, known, flag) {
  if (list === undefined) return known
  const chosen = list.split(',')
  const unknown = chosen.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new Error(`${flag}: unknown name "${unknown}"; known are ${known.join(', ')}`)
  return chosen
}

function positive(text, flag) {
  const value = Number(text)
  if (!(value > 0)) throw new Error(`${flag}: "${text}" is not a number above 0`)
  return value
}

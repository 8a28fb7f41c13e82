/**
 * The nodes below `spark.deploy.zookeeper.dir`. The first two are where Spark keeps the same things; what lies in them is Firesteel's own, so
 * masters of the two must not share a folder.
 */
export interface ZooKeeperLayout {
  readonly folder: string
  /** One node a candidate; the lowest number leads. */
  readonly election: string
  /** One node a record. */
  readonly records: string
  /** Pieces of records that are too large for one node. */
  readonly parts: string
  /** Written by each new leader; every write of a leader holds only while nobody has written it since. */
  readonly epoch: string
}

export function layoutBelow(folder: string): ZooKeeperLayout {
  return {
    folder,
    election: `${folder}/leader_election`,
    records: `${folder}/master_status`,
    parts: `${folder}/master_status_parts`,
    epoch: `${folder}/epoch`,
  }
}

const candidateName = /^.*-(\d{10})$/

/** Name of a candidate's node, before ZooKeeper puts its number behind: as Curator's leader latch has it. */
export function candidatePrefix(id: string): string {
  return `_c_${id}-latch-`
}

/** Candidates of a list of children, the first in line first, and what is none. */
export function candidatesOf(children: readonly string[]): {
  readonly line: readonly string[]
  readonly strangers: readonly string[]
} {
  const numbered: { name: string; number: number }[] = []
  const strangers: string[] = []
  for (const name of children) {
    const [, digits] = candidateName.exec(name) ?? []
    if (digits === undefined) strangers.push(name)
    else numbered.push({ name, number: Number(digits) })
  }
  numbered.sort((a, b) => a.number - b.number || (a.name < b.name ? -1 : 1))
  return { line: numbered.map(({ name }) => name), strangers }
}

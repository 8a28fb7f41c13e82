import { FiresteelError } from '../common/errors/index.js'

/** The parts of a storage level, by Spark's names. */
export interface StorageLevelParts {
  readonly useDisk?: boolean
  readonly useMemory?: boolean
  readonly useOffHeap?: boolean
  readonly deserialized?: boolean
  /** Executors that hold a copy, 1 to 39; default 1. */
  readonly replication?: number
}

const interned = new Map<string, StorageLevel>()

/**
 * Where the partitions of a persisted RDD are kept, and how often. The constants are Spark's. There is one instance for each
 * combination, so levels can be compared with `===`.
 *
 * Two parts make no difference here: executors keep every block encoded and outside of the garbage-collected heap, where all
 * slots can read it, whether the level says deserialized, serialized or off-heap.
 */
export class StorageLevel {
  static readonly NONE = StorageLevel.of({})
  static readonly DISK_ONLY = StorageLevel.of({ useDisk: true })
  static readonly DISK_ONLY_2 = StorageLevel.of({ useDisk: true, replication: 2 })
  static readonly DISK_ONLY_3 = StorageLevel.of({ useDisk: true, replication: 3 })
  static readonly MEMORY_ONLY = StorageLevel.of({ useMemory: true, deserialized: true })
  static readonly MEMORY_ONLY_2 = StorageLevel.of({ useMemory: true, deserialized: true, replication: 2 })
  static readonly MEMORY_ONLY_SER = StorageLevel.of({ useMemory: true })
  static readonly MEMORY_ONLY_SER_2 = StorageLevel.of({ useMemory: true, replication: 2 })
  static readonly MEMORY_AND_DISK = StorageLevel.of({ useDisk: true, useMemory: true, deserialized: true })
  static readonly MEMORY_AND_DISK_2 = StorageLevel.of({
    useDisk: true,
    useMemory: true,
    deserialized: true,
    replication: 2,
  })
  static readonly MEMORY_AND_DISK_SER = StorageLevel.of({ useDisk: true, useMemory: true })
  static readonly MEMORY_AND_DISK_SER_2 = StorageLevel.of({ useDisk: true, useMemory: true, replication: 2 })
  static readonly OFF_HEAP = StorageLevel.of({ useDisk: true, useMemory: true, useOffHeap: true })

  readonly useDisk: boolean
  readonly useMemory: boolean
  readonly useOffHeap: boolean
  readonly deserialized: boolean
  readonly replication: number

  private constructor(parts: Required<StorageLevelParts>) {
    this.useDisk = parts.useDisk
    this.useMemory = parts.useMemory
    this.useOffHeap = parts.useOffHeap
    this.deserialized = parts.deserialized
    this.replication = parts.replication
  }

  /** A level of one's own. @throws FS_STORAGE_LEVEL */
  static of(parts: StorageLevelParts): StorageLevel {
    const { useDisk = false, useMemory = false, useOffHeap = false, deserialized = false, replication = 1 } = parts
    const level = new StorageLevel({ useDisk, useMemory, useOffHeap, deserialized, replication })
    const refuse = (problem: string) => new FiresteelError('FS_STORAGE_LEVEL', { level: level.toString(), problem })
    if (!Number.isInteger(replication) || replication < 1 || replication >= 40) {
      throw refuse('the number of replicas must be from 1 to 39')
    }
    if (useOffHeap && deserialized) throw refuse('off-heap storage cannot be deserialized')
    const existing = interned.get(level.toString())
    if (existing !== undefined) return existing
    interned.set(level.toString(), level)
    return level
  }

  /** The constant of this name, as in `MEMORY_ONLY`. @throws FS_STORAGE_LEVEL */
  static fromString(name: string): StorageLevel {
    const level = byName().get(name.toUpperCase())
    if (level !== undefined) return level
    throw new FiresteelError('FS_STORAGE_LEVEL', {
      level: name,
      problem: `its name must be one of ${[...byName().keys()].join(', ')}`,
    })
  }

  /** The reverse of `description`; takes the names of the constants, too. @throws FS_STORAGE_LEVEL */
  static parse(text: string): StorageLevel {
    const match = descriptionForm.exec(text)
    if (match === null) return StorageLevel.fromString(text)
    const [, disk, memory, offHeap, form, replication] = match
    return StorageLevel.of({
      useDisk: disk !== undefined,
      useMemory: memory !== undefined,
      useOffHeap: offHeap !== undefined,
      deserialized: form === 'Deserialized',
      replication: Number(replication),
    })
  }

  /** Whether anything is kept at all. */
  get isValid(): boolean {
    return this.useDisk || this.useMemory
  }

  /** As Spark's UI shows it: `Disk Memory Deserialized 1x Replicated`. */
  get description(): string {
    const disk = this.useDisk ? 'Disk ' : ''
    const memory = this.useMemory ? (this.useOffHeap ? 'Memory (off heap) ' : 'Memory ') : ''
    return `${disk}${memory}${this.deserialized ? 'Deserialized' : 'Serialized'} ${this.replication}x Replicated`
  }

  /** As Spark's: `StorageLevel(disk, memory, deserialized, 1 replicas)`. */
  toString(): string {
    const parts = [
      this.useDisk ? 'disk' : '',
      this.useMemory ? 'memory' : '',
      this.useOffHeap ? 'offheap' : '',
      this.deserialized ? 'deserialized' : '',
      `${this.replication} replicas`,
    ]
    return `StorageLevel(${parts.filter(Boolean).join(', ')})`
  }

  toJSON(): string {
    return this.description
  }
}

const descriptionForm = /^(Disk )?(Memory (\(off heap\) )?)?(Serialized|Deserialized) (\d+)x Replicated$/

let names: Map<string, StorageLevel> | undefined

function byName(): ReadonlyMap<string, StorageLevel> {
  names ??= new Map(
    Object.entries(StorageLevel).filter((entry): entry is [string, StorageLevel] => entry[1] instanceof StorageLevel),
  )
  return names
}

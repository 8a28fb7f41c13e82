import { type BlockId, groupOf } from './block-id.js'
import type { DiskBlock, DiskStore } from './disk-store.js'
import { bytesOf, type Frames, shareFrames } from './shared-frames.js'
import type { StorageLevel } from './storage-level.js'

/** The memory that a process's blocks may use; the memory room's pool is behind it. */
export interface StorageMemory {
  /** Takes all of `bytes`, or nothing and returns false. */
  tryAcquire(bytes: number, block: BlockId): boolean
  release(bytes: number): void
  /** Bytes that could be acquired now. */
  readonly freeBytes: number
}

/** Where a block is now in one process; zero bytes in both places: it is gone. */
export interface BlockStatus {
  readonly block: BlockId
  readonly level: StorageLevel
  readonly memoryBytes: number
  readonly diskBytes: number
  /** The slot whose task made it, as a hint for the next task that reads it. */
  readonly slot?: number
}

/** A block that is being read: it stays where it is until released. */
export interface BlockLease {
  readonly frames: Frames
  readonly status: BlockStatus
  /** Safe to call more than once. */
  release(): void
}

export interface BlockStoreOptions {
  readonly memory: StorageMemory
  readonly disk: DiskStore
  /** Told of each block that came, moved or went. */
  readonly onUpdate?: (status: BlockStatus) => void
  /** A block was lost to a failing disk; it will be computed again. */
  readonly onFault?: (error: unknown, block: BlockId) => void
}

export interface PutOptions {
  readonly level: StorageLevel
  readonly slot?: number
}

interface Entry {
  readonly block: BlockId
  readonly group: string
  readonly level: StorageLevel
  readonly slot?: number
  readonly bytes: number
  frames?: Frames
  file?: DiskBlock
  pins: number
}

/**
 * The blocks of one process, in memory and on disk. When memory is short, the blocks that were not used for longest make room:
 * they go to disk if their level says so, else they are forgotten. A block that is being read stays, and so do all blocks
 * of the RDD whose block wants the room: an RDD larger than memory would otherwise throw out its own beginning.
 */
export class BlockStore {
  readonly #options: BlockStoreOptions
  /** Least recently used first. */
  readonly #entries = new Map<BlockId, Entry>()
  readonly #puts = new Map<BlockId, Promise<BlockStatus>>()
  /** Blocks that were removed while they were being put. */
  readonly #unwanted = new Set<BlockId>()
  /** Room is made for one block at a time. */
  #makingRoom: Promise<unknown> = Promise.resolve()
  readonly #removals = new Set<Promise<void>>()
  #memoryBytes = 0
  #diskBytes = 0

  constructor(options: BlockStoreOptions) {
    this.#options = options
  }

  get memoryBytes(): number {
    return this.#memoryBytes
  }

  get diskBytes(): number {
    return this.#diskBytes
  }

  has(block: BlockId): boolean {
    return this.#entries.has(block)
  }

  status(block: BlockId): BlockStatus | undefined {
    const entry = this.#entries.get(block)
    return entry && statusOf(entry)
  }

  statuses(): BlockStatus[] {
    return [...this.#entries.values()].map(statusOf)
  }

  /** A block's frames; undefined when it is not here, or was damaged on disk and is therefore given up. */
  async get(block: BlockId): Promise<BlockLease | undefined> {
    const entry = this.#touch(block)
    if (entry === undefined) return undefined
    entry.pins++
    const release = once(() => {
      entry.pins--
    })
    try {
      const frames = entry.frames ?? (await this.#readBack(entry))
      return { frames, status: statusOf(entry), release }
    } catch (error) {
      release()
      this.remove(block)
      this.#options.onFault?.(error, block)
      return undefined
    }
  }

  /**
   * Keeps a block; one that is here already stays as it is. The returned status has no bytes when there was no room in memory and
   * the level does not allow disk. @throws FS_STORAGE_DISK_FULL, FS_STORAGE_IO
   */
  async put(block: BlockId, frames: Frames, options: PutOptions): Promise<BlockStatus> {
    const existing = this.#entries.get(block)
    if (existing !== undefined) return statusOf(existing)
    const running = this.#puts.get(block)
    if (running !== undefined) return running
    const put = this.#place(block, frames, options)
    this.#puts.set(block, put)
    try {
      return await put
    } finally {
      this.#puts.delete(block)
      if (this.#unwanted.delete(block)) this.remove(block)
    }
  }

  /** Forgets a block; those who are reading it may go on. Returns whether it was here. */
  remove(block: BlockId): boolean {
    if (this.#puts.has(block)) this.#unwanted.add(block)
    const entry = this.#entries.get(block)
    if (entry === undefined) return false
    this.#entries.delete(block)
    this.#dropFrames(entry)
    this.#dropFile(entry)
    this.#options.onUpdate?.(statusOf(entry))
    return true
  }

  /** Forgets all blocks of an RDD (`rdd_3`) or broadcast (`broadcast_5`); returns how many. */
  removeGroup(group: string): number {
    const blocks = [...this.#entries.keys(), ...this.#puts.keys()].filter((block) => groupOf(block) === group)
    let removed = 0
    for (const block of blocks) if (this.remove(block)) removed++
    return removed
  }

  /** Frees memory for others, since execution asked for it; returns the bytes freed. */
  async evict(bytes: number): Promise<number> {
    return this.#exclusively(() => this.#evictFor(bytes, undefined))
  }

  /** Waits until removed files are gone from disk. */
  async settled(): Promise<void> {
    while (this.#removals.size > 0) await Promise.all(this.#removals)
  }

  /** Forgets everything and removes the folders on disk. */
  async close(): Promise<void> {
    for (const put of [...this.#puts.values()]) await put.catch(() => undefined)
    for (const block of [...this.#entries.keys()]) this.remove(block)
    await this.settled()
    await this.#options.disk.close()
  }

  #touch(block: BlockId): Entry | undefined {
    const entry = this.#entries.get(block)
    if (entry === undefined) return undefined
    this.#entries.delete(block)
    this.#entries.set(block, entry)
    return entry
  }

  async #place(block: BlockId, frames: Frames, options: PutOptions): Promise<BlockStatus> {
    const { level, slot } = options
    // An empty block counts one byte, so that its being here differs from its being gone.
    const bytes = Math.max(1, bytesOf(frames))
    const entry: Entry = { block, group: groupOf(block), level, slot, bytes, pins: 0 }
    if (level.useMemory && (await this.#acquire(entry))) {
      entry.frames = shareFrames(frames)
      this.#memoryBytes += bytes
    } else if (level.useDisk) {
      entry.file = await this.#options.disk.write(block, frames)
      this.#diskBytes += bytes
    } else {
      return statusOf(entry)
    }
    this.#entries.set(block, entry)
    const status = statusOf(entry)
    this.#options.onUpdate?.(status)
    return status
  }

  async #acquire(entry: Entry): Promise<boolean> {
    const { memory } = this.#options
    if (memory.tryAcquire(entry.bytes, entry.block)) return true
    return this.#exclusively(async () => {
      const missing = entry.bytes - memory.freeBytes
      if (missing > 0 && (await this.#evictFor(missing, entry.group)) < missing) return false
      return memory.tryAcquire(entry.bytes, entry.block)
    })
  }

  #exclusively<T>(action: () => Promise<T>): Promise<T> {
    const run = this.#makingRoom.then(action)
    this.#makingRoom = run.catch(() => undefined)
    return run
  }

  /** Evicts at least `bytes`, or nothing when that many cannot be had. */
  async #evictFor(bytes: number, spared: string | undefined): Promise<number> {
    const victims: Entry[] = []
    let found = 0
    for (const entry of this.#entries.values()) {
      if (found >= bytes) break
      if (entry.frames === undefined || entry.pins > 0 || entry.group === spared) continue
      victims.push(entry)
      found += entry.bytes
    }
    // For execution any room helps; a block needs all of it.
    if (spared !== undefined && found < bytes) return 0
    let freed = 0
    for (const victim of victims) if (await this.#moveOut(victim)) freed += victim.bytes
    return freed
  }

  async #moveOut(entry: Entry): Promise<boolean> {
    if (entry.level.useDisk && entry.file === undefined) await this.#writeOut(entry)
    // Meanwhile it may have been removed, or somebody may have begun to read it.
    if (entry.frames === undefined || entry.pins > 0) return false
    this.#dropFrames(entry)
    if (entry.file === undefined) this.#entries.delete(entry.block)
    this.#options.onUpdate?.(statusOf(entry))
    return true
  }

  async #writeOut(entry: Entry): Promise<void> {
    try {
      const file = await this.#options.disk.write(entry.block, entry.frames as Frames)
      entry.file = file
      this.#diskBytes += entry.bytes
      if (this.#entries.get(entry.block) !== entry) this.#dropFile(entry)
    } catch (error) {
      this.#options.onFault?.(error, entry.block)
    }
  }

  /** Reads a block from disk, and keeps it in memory as well if its level wants that and there is room. */
  async #readBack(entry: Entry): Promise<Frames> {
    const frames = await this.#options.disk.read(entry.block, entry.file as DiskBlock)
    const isCurrent = this.#entries.get(entry.block) === entry && entry.frames === undefined
    if (isCurrent && entry.level.useMemory && this.#options.memory.tryAcquire(entry.bytes, entry.block)) {
      entry.frames = frames
      this.#memoryBytes += entry.bytes
      this.#options.onUpdate?.(statusOf(entry))
    }
    return frames
  }

  #dropFrames(entry: Entry): void {
    if (entry.frames === undefined) return
    entry.frames = undefined
    this.#memoryBytes -= entry.bytes
    this.#options.memory.release(entry.bytes)
  }

  #dropFile(entry: Entry): void {
    const { file } = entry
    if (file === undefined) return
    entry.file = undefined
    this.#diskBytes -= entry.bytes
    const removal = this.#options.disk.remove(file).finally(() => this.#removals.delete(removal))
    this.#removals.add(removal)
  }
}

function statusOf(entry: Entry): BlockStatus {
  return {
    block: entry.block,
    level: entry.level,
    memoryBytes: entry.frames === undefined ? 0 : entry.bytes,
    diskBytes: entry.file === undefined ? 0 : entry.bytes,
    slot: entry.slot,
  }
}

function once(action: () => void): () => void {
  let done = false
  return () => {
    if (done) return
    done = true
    action()
  }
}

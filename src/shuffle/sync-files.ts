import { closeSync, openSync, readSync, renameSync, unlinkSync, writeSync, writevSync } from 'node:fs'

/** The few synchronous file calls this room makes, so that tests can fill a disk or tear a file. */
export interface SyncFiles {
  open(path: string, flags: 'r' | 'wx' | 'wx+'): number
  close(fd: number): void
  /** Reads up to `length` bytes at `position`; returns how many were read, 0 at the end. */
  read(fd: number, into: Uint8Array, at: { offset: number; length: number; position: number }): number
  /** Appends some of `parts`; returns how many bytes were written. */
  write(fd: number, parts: readonly Uint8Array[]): number
  rename(from: string, to: string): void
  unlink(path: string): void
}

/** The machine's file system. */
export const systemFiles: SyncFiles = {
  open: (path, flags) => openSync(path, flags, 0o600),
  close: closeSync,
  read: (fd, into, at) => readSync(fd, into, at.offset, at.length, at.position),
  write: (fd, parts) => (parts.length === 1 ? writeSync(fd, parts[0] as Uint8Array) : writevSync(fd, parts)),
  rename: renameSync,
  unlink: unlinkSync,
}

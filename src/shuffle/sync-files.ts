import { closeSync, fstatSync, openSync, readSync, renameSync, unlinkSync, writeSync } from 'node:fs'

/** The few synchronous file calls this room makes, so that tests can fill a disk or tear a file. */
export interface SyncFiles {
  /** `r` to read; `wx+` to create a file that must not exist, for appending and reading. */
  open(path: string, flags: 'r' | 'wx+'): number
  close(fd: number): void
  /** The file's length in bytes. */
  size(fd: number): number
  /** Reads up to `length` bytes at `position`; returns how many were read, 0 at the end. */
  read(fd: number, into: Uint8Array, at: { offset: number; length: number; position: number }): number
  /** Appends some of `bytes`; returns how many. */
  write(fd: number, bytes: Uint8Array): number
  rename(from: string, to: string): void
  unlink(path: string): void
}

/** The machine's file system. */
export const systemFiles: SyncFiles = {
  open: (path, flags) => openSync(path, flags, 0o600),
  close: closeSync,
  size: (fd) => fstatSync(fd).size,
  read: (fd, into, at) => readSync(fd, into, at.offset, at.length, at.position),
  write: (fd, bytes) => writeSync(fd, bytes),
  rename: renameSync,
  unlink: unlinkSync,
}

/** Records in a frame at most. */
const FRAME_RECORDS = 8192
/** Bytes of records, as estimated in memory, in a frame at most (but at least one record). */
const FRAME_BYTES = 1024 * 1024

/** How many records of this size, as estimated in memory, go into one frame. */
export function recordsPerFrame(bytesPerRecord: number): number {
  return Math.min(FRAME_RECORDS, Math.max(1, Math.floor(FRAME_BYTES / Math.max(1, bytesPerRecord))))
}

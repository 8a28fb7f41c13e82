/** The bytes of a block: a list of frames, each encoded by itself. */
export type Frames = readonly Uint8Array[]

export function bytesOf(frames: Frames): number {
  let bytes = 0
  for (const frame of frames) bytes += frame.byteLength
  return bytes
}

/**
 * The frames in shared memory, so that worker threads read them without a copy. Frames that already lie there are taken as
 * they are, unless they would keep a buffer of more than twice their size alive.
 */
export function shareFrames(frames: Frames): Frames {
  const bytes = bytesOf(frames)
  const buffers = new Set<ArrayBufferLike>()
  let isShared = true
  let held = 0
  for (const { buffer } of frames) {
    if (!(buffer instanceof SharedArrayBuffer)) isShared = false
    if (buffers.has(buffer)) continue
    buffers.add(buffer)
    held += buffer.byteLength
  }
  return isShared && held <= 2 * bytes ? frames : layOut(frames, sharedBytes(bytes))
}

/** Fresh shared memory. */
export function sharedBytes(bytes: number): Uint8Array<SharedArrayBuffer> {
  return new Uint8Array(new SharedArrayBuffer(bytes))
}

/** Cuts one array into frames of these lengths. */
export function cutFrames(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  let at = 0
  return lengths.map((length) => {
    const frame = bytes.subarray(at, at + length)
    at += length
    return frame
  })
}

function layOut(frames: Frames, into: Uint8Array): Frames {
  let at = 0
  for (const frame of frames) {
    into.set(frame, at)
    at += frame.byteLength
  }
  return cutFrames(
    into,
    frames.map((frame) => frame.byteLength),
  )
}

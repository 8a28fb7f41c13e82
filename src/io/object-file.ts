/**
 * The form of object files, which `saveAsObjectFile` writes:
 *
 *   8 bytes    'FSOBJ', 0, version (1), 0
 *   16 bytes   the file's marker, random
 *   blocks     the marker, the frame's length (32 bits, little-endian), a frame of the serializer with a batch of records
 *   end        the marker and four zeros, so that a file that was cut off between blocks is noticed
 *
 * A reader that begins anywhere looks for the next marker. A block belongs to the split in which its marker starts.
 */
export const objectFileMagic = Buffer.from([0x46, 0x53, 0x4f, 0x42, 0x4a, 0, 1, 0])
export const markerBytes = 16
export const headerBytes = objectFileMagic.length + markerBytes
export const blockHeaderBytes = markerBytes + 4

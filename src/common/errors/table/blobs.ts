import { formatBytes } from '../../bytes.js'
import { errorTable } from '../error-entry.js'

export const blobErrors = errorTable({
  FS_BLOB_HASH: {
    category: 'usage',
    message: (d) => `'${d.hash}' is no SHA-256 in hexadecimal digits`,
    hint: 'This is asked by another version of Firesteel, or by something else: submit with the version that the master runs.',
  },
  FS_BLOB_MISSING: {
    category: 'input',
    message: (d) => `the content ${d.hash} is not in the store of this master`,
    hint: 'Submit the application again: what is missing is then uploaded. A master that was down when it was submitted has nothing of it.',
  },
  FS_BLOB_CORRUPT: {
    category: 'input',
    message: (d) => `the ${d.bytes} bytes that came for ${d.hash} have another hash: ${d.actual}`,
    hint: 'The file was changed while it was uploaded, or two clients sent different bytes for it. Submit again.',
  },
  FS_BLOB_TOO_LARGE: {
    category: 'resource',
    message: (d) => `${d.hash} has ${formatBytes(d.bytes as number)}; a master takes ${formatBytes(d.limit as number)}`,
    hint: 'Put large files where every worker reads them (local:/path, or a shared file system), or raise spark.firesteel.deploy.blobs.maxSize of the master.',
  },
  FS_BLOB_STORE_FULL: {
    category: 'resource',
    message: (d) =>
      `the store of this master holds ${formatBytes(d.held as number)} and has no room for ${formatBytes(d.bytes as number)} more: its limit is ${formatBytes(d.limit as number)}`,
    hint: 'Raise spark.firesteel.deploy.blobs.maxTotalSize of the master, or lower spark.firesteel.deploy.blobs.ttl, after which unused files go.',
  },
  FS_BLOB_UPLOAD: {
    category: 'network',
    message: (d) => `'${d.name}' could not be uploaded to ${d.address}: ${d.problem}`,
    hint: 'Submit again: it goes on where it stopped.',
  },
})

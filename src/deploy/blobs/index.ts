export { registerBlobEndpoint } from './blob-endpoint.js'
export { BlobStore, type BlobStoreOptions, type CleanOptions, type StoredBlob } from './blob-store.js'
export { type KeepCleanOptions, keepClean } from './keep-clean.js'

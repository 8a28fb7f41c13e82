export * from './file-messages.js'
export { FilesClient } from './files-client.js'
export { fileFolders, isScript, placeFile } from './place-file.js'
export { SparkFiles, setFilesRoot } from './spark-files.js'

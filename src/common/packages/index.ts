export {
  findPackage,
  type InstalledPackage,
  packageName,
  packageOfFile,
  packageSeenFrom,
  readPackage,
} from './installed-package.js'
export { type PackageFile, packageFiles } from './package-files.js'
export { PackageGraph, type PackageNode, packageFolder, packageKey, packageLinks } from './package-graph.js'
export { packageNames } from './package-names.js'

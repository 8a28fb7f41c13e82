import { ARCHIVES, FILES, JARS, JARS_FOLDERS, type SparkConf } from '../common/conf/index.js'
import { isScript } from '../executor/index.js'
import type { SharedFiles } from './shared-files.js'

/** Adds what `spark.files`, `spark.archives` and `spark.jars` name. The tarballs of a submitted program have been installed. */
export function addConfiguredFiles(files: SharedFiles, conf: SparkConf): void {
  for (const path of conf.get(FILES)) files.addFile(path, true)
  for (const path of conf.get(ARCHIVES)) files.addArchive(path)
  const folders = conf.get(JARS_FOLDERS)
  for (const folder of folders) files.addModules(folder)
  for (const path of conf.get(JARS)) if (folders.length === 0 || isScript(path)) files.addJar(path)
}

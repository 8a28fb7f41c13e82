// Prints "<passed> <failed>" of a JSON report of vitest; fails when there is none.
import { readFileSync } from 'node:fs'

try {
  const report = JSON.parse(readFileSync(process.argv[2], 'utf8'))
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  )
  console.log(`${report.numPassedTests} ${report.numFailedTests + brokenFiles.length}`)
} catch {
  process.exit(1)
}

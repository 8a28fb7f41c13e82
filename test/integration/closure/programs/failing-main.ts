import { report } from './failing.js'

void report(process.argv[2] as string).then((found) => process.stdout.write(JSON.stringify(found)))

import { errorTable } from '../error-entry.js'

export const launcherErrors = errorTable({
  FS_LAUNCHER_OPTION: {
    category: 'usage',
    message: (d) =>
      `${d.kind === 'child' ? 'launch' : 'launchInProcess'} has no option '${d.option}'${d.meant ? `; did you mean ${d.meant}?` : ''}`,
    hint: 'docs/launcher.md describes the options; settings go into `conf`.',
  },
  FS_LAUNCHER_START: {
    category: 'resource',
    message: (d) => `the application ${d.application} could not be launched: ${d.problem}`,
    hint: 'Check the working directory and the files for its output.',
  },
  FS_LAUNCHER_BUSY: {
    category: 'usage',
    message: (d) => `${d.application} cannot be launched in this process: another application runs in it`,
    hint: 'Wait for the result of the other one, or launch it as a process of its own with `launch`.',
  },
})

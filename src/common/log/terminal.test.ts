import { expect, test } from 'vitest'
import { Terminal } from './terminal.js'

const wipe = '\r\x1b[2K'

/** A screen of one line under the cursor and the lines above it. */
function screen(isTTY = true) {
  const lines: string[] = ['']
  const write = (text: string) => {
    for (const part of text.replaceAll('\n', '|\n|').replaceAll(wipe, `|${wipe}|`).split('|')) {
      if (part === '\n') lines.push('')
      else if (part === wipe) lines[lines.length - 1] = ''
      else lines[lines.length - 1] += part
    }
    return true
  }
  return { isTTY, columns: 20, write, lines }
}

test('a line never mixes with the status line, which stays below', () => {
  const stderr = screen()
  const terminal = new Terminal(stderr)
  terminal.showStatus('[==>   ] 1/3')
  terminal.writeLine('a warning')
  expect(stderr.lines).toEqual(['a warning', '[==>   ] 1/3'])
  terminal.showStatus('[====> ] 2/3 and far too long')
  expect(stderr.lines[1]).toBe('[====> ] 2/3 and fa')
  terminal.clearStatus()
  terminal.writeLine('done')
  expect(stderr.lines).toEqual(['a warning', 'done', ''])
})

test("a program's own output on the same screen makes room first", () => {
  const shared = screen()
  const stdout = { isTTY: true, write: shared.write }
  const original = stdout.write
  const terminal = new Terminal(shared, stdout)
  terminal.watch()
  terminal.showStatus('[=>]')
  stdout.write('result\n')
  expect(shared.lines).toEqual(['result', ''])
  terminal.showStatus('[=>]')
  shared.write('its own error\n')
  terminal.showStatus('[==>]')
  expect(shared.lines).toEqual(['result', 'its own error', '[==>]'])
  terminal.writeOutput('from elsewhere')
  terminal.unwatch()
  expect(shared.lines).toEqual(['result', 'its own error', 'from elsewhere', ''])
  expect(stdout.write).toBe(original)
})

test('a line that was begun is not overwritten, and a message goes below it', () => {
  const shared = screen()
  const stdout = { isTTY: true, write: shared.write }
  const terminal = new Terminal(shared, stdout)
  terminal.watch()
  stdout.write('counting ... ')
  stdout.write('\x1b[14G')
  terminal.showStatus('[=>]')
  expect(shared.lines).toEqual(['counting ... \x1b[14G'])
  terminal.writeLine('a warning')
  expect(shared.lines).toEqual(['counting ... \x1b[14G', 'a warning', '[=>]'])
  stdout.write('typed ahead')
  terminal.writeOutput('42')
  terminal.unwatch()
  expect(shared.lines).toEqual(['counting ... \x1b[14G', 'a warning', 'typed ahead', '42', ''])
})

test('without a terminal there is no status line', () => {
  const pipe = screen(false)
  const terminal = new Terminal(pipe)
  terminal.showStatus('[=>]')
  terminal.writeLine('text')
  expect(pipe.lines).toEqual(['text', ''])
})

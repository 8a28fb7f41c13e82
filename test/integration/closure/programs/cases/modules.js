// biome-ignore-all lint: this file is a collection of odd code
import * as os from 'node:os'
import path, { join } from 'node:path'
import * as acorn from 'acorn'
import { parse, tokTypes } from 'acorn'
import * as library from '../library.js'
import Box, { callCount, scale, tokenCount } from '../library.js'
import { make, works } from './kit.js'

works('a namespace of Node', () => [typeof os.cpus, os.EOL])
works('a default and a named import of Node', () => [path.basename('/a/b'), join('a', 'b')])
works('named imports of a package', () => [
  parse('1+1', { ecmaVersion: 2020 }).body.length,
  parse('a', { ecmaVersion: 2020 }).type,
  tokTypes.num.label,
])
works('the namespace of a package', () => acorn.parse('1+1', { ecmaVersion: 2020 }).body.length)
works('functions of an own module', (x) => [scale(x), scale(x), callCount()], [2])
works('the namespace of an own module', (x) => [library.scale(x), library.factor, library.fileName('/a/b')], [2])
works('an own module that uses a package', () => tokenCount('a + b'))
works('a class of an own module', () => new Box(2).doubled())
works(
  'an instance of a class of an own module',
  make((b) => () => b.doubled(), new Box(3)),
)
works(
  'package functions in an object',
  make((t) => () => t.parse('a', { ecmaVersion: 2022 }).type, { parse }),
)

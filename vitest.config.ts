import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const alias = {
  'firesteel/cluster': path('./dist/cluster.js'),
  'firesteel/launcher': path('./dist/launcher.js'),
  'firesteel/testing': path('./dist/testing.js'),
  firesteel: path('./dist/index.js'),
}

/**
 * `unit` tests sit beside the source and touch no socket; `house` tests hold the rules of the code base; `integration` tests cross
 * processes and run against dist/.
 */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['src/**/*.test.ts'], testTimeout: 30_000 } },
      { test: { name: 'house', include: ['test/house/**/*.test.ts'], testTimeout: 60_000 } },
      {
        resolve: { alias },
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          exclude: ['test/house/**', '**/node_modules/**'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          server: { deps: { external: [/\/dist\//] } },
        },
      },
    ],
  },
})

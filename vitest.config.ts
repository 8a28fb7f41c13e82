import { defineConfig } from 'vitest/config'

const alias = {
  'firesteel/testing': new URL('./dist/testing.js', import.meta.url).pathname,
  firesteel: new URL('./dist/index.js', import.meta.url).pathname,
}

/** `unit` tests sit beside the source and touch no socket; the folders below test/ cross processes and run against dist/. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['src/**/*.test.ts'], testTimeout: 30_000 } },
      {
        resolve: { alias },
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          server: { deps: { external: [/\/dist\//] } },
        },
      },
    ],
  },
})

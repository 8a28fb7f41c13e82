import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A package to be had from the registry. */
export interface Published {
  readonly name: string
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
  /** Text of its ES module. */
  readonly code: string
}

interface Packed extends Published {
  readonly tarball: Buffer
}

/** An npm registry of a few packages on this machine: what `npm install` asks for, and no more. */
export class NpmRegistry {
  readonly #server: Server
  readonly #packages: readonly Packed[]
  /** Paths that were asked for. */
  readonly requests: string[] = []

  private constructor(packages: readonly Packed[]) {
    this.#packages = packages
    this.#server = createServer(({ url = '' }, response) => {
      this.requests.push(url)
      const body = url.startsWith('/-/') ? this.#tarball(url) : this.#document(decodeURIComponent(url.slice(1)))
      response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(body ?? '{}')
    })
  }

  static async start(packages: readonly Published[]): Promise<NpmRegistry> {
    const registry = new NpmRegistry(packages.map((one) => ({ ...one, tarball: packed(one) })))
    await new Promise<void>((resolve) => registry.#server.listen(0, '127.0.0.1', resolve))
    return registry
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #tarball(url: string): Buffer | undefined {
    return this.#packages.find((one) => url === tarballPath(one))?.tarball
  }

  #document(name: string): string | undefined {
    const found = this.#packages.filter((one) => one.name === name)
    if (found.length === 0) return undefined
    const versions = found.map(({ version, dependencies = {}, tarball, ...rest }) => {
      const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
      const url = `${this.url.slice(0, -1)}${tarballPath({ ...rest, version })}`
      return [version, { name, version, dependencies, dist: { tarball: url, integrity } }]
    })
    return JSON.stringify({
      name,
      'dist-tags': { latest: found.at(-1)?.version },
      versions: Object.fromEntries(versions),
    })
  }
}

const tarballPath = ({ name, version }: { readonly name: string; readonly version: string }): string =>
  `/-/${name.replace('/', '-')}-${version}.tgz`

function packed({ name, version, dependencies = {}, code }: Published): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'firesteel-pack-'))
  try {
    mkdirSync(join(folder, 'package'))
    const manifest = { name, version, dependencies, type: 'module', exports: './index.js' }
    writeFileSync(join(folder, 'package/package.json'), JSON.stringify(manifest))
    writeFileSync(join(folder, 'package/index.js'), code)
    execFileSync('tar', ['czf', join(folder, 'packed.tgz'), '-C', folder, 'package'])
    return readFileSync(join(folder, 'packed.tgz'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Hono } from 'hono'
import { packageRoot } from '../common/index.js'
import type { WebEnv } from '../web/index.js'

/** The files that pages load, and nothing else. */
const types = {
  'pages.css': 'text/css; charset=utf-8',
  'live.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const

type AssetName = keyof typeof types

interface Asset {
  readonly text: string
  readonly version: string
}

const loaded = new Map<AssetName, Asset>()

function assetOf(name: AssetName): Asset {
  let asset = loaded.get(name)
  if (asset === undefined) {
    const text = compact(readFileSync(join(packageRoot(), 'assets/pages', name), 'utf8'))
    asset = { text, version: createHash('sha256').update(text).digest('base64url').slice(0, 8) }
    loaded.set(name, asset)
  }
  return asset
}

/** Without the comments and the indentation that are for us; no text in these files spans lines. */
function compact(text: string): string {
  return text.replace(/^\s*\/\/.*\n/gm, '').replace(/^\s+/gm, '')
}

/** Address of a file below the root of the pages; it changes with the file's content, so that browsers may keep it for ever. */
export function assetUrl(name: AssetName): string {
  return `static/${name}?v=${assetOf(name).version}`
}

export function serveAssets(app: Hono<WebEnv>): void {
  for (const name of Object.keys(types) as AssetName[]) {
    app.get(`/static/${name}`, (c) => {
      c.header('Cache-Control', 'public, max-age=31536000, immutable')
      c.header('Content-Type', types[name])
      return c.body(assetOf(name).text)
    })
  }
}

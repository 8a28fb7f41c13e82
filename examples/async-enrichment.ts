/**
 * Adds to each customer what a web service knows of him. The service, started here on a free port of this machine, is slow at times and fails now and then.
 *
 * Shows: `mapAsync`, which keeps some calls in flight in each task, in order, and reads on only as fast as they end; a call that takes too
 * long or fails is repeated; when it fails for good, so does the task.
 *
 *     ./bin/run-example async-enrichment
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SparkContext } from 'firesteel'

const isUnlucky = (id: number) => id % 5 === 0 || id % 7 === 0

/** Answers `/credit/<id>` with a limit. The first call for an unlucky customer fails, or is never answered. */
function startService() {
  const calls = new Map<number, number>()
  const server = createServer((request, response) => {
    const id = Number(request.url?.split('/').at(-1))
    const call = (calls.get(id) ?? 0) + 1
    calls.set(id, call)
    if (call === 1 && isUnlucky(id)) {
      if (id % 5 === 0) response.writeHead(503).end()
      return
    }
    setTimeout(() => response.end(JSON.stringify({ limit: (id % 4) * 500 })), 5)
  })
  return new Promise<{ url: string; calls: Map<number, number>; stop(): void }>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      const stop = () => {
        server.close()
        server.closeAllConnections()
      }
      resolve({ url: `http://127.0.0.1:${port}`, calls, stop })
    })
  })
}

await using sc = await SparkContext.create({ appName: 'async enrichment' })

const service = await startService()
const { url } = service
try {
  const customers = sc.csv<{ id: string; name: string }>(`${import.meta.dirname}/data/customers.csv`, { header: true })
  const enriched = customers.mapAsync(
    async ({ id, name }) => {
      const response = await fetch(`${url}/credit/${id}`)
      if (!response.ok) throw new Error(`the service answered ${response.status} for customer ${id}`)
      const { limit } = (await response.json()) as { limit: number }
      return { id: Number(id), name, limit }
    },
    { concurrency: 4, timeout: 1000, retries: 3, retryDelay: 10 },
  )
  for await (const { id, name, limit } of enriched.toLocalIterator()) {
    console.log(`${id} ${name}: ${limit}`)
  }
  const again = [...service.calls].filter(([id, calls]) => isUnlucky(id) && calls > 1)
  console.log(`asked again for ${again.length} customers`)
} finally {
  service.stop()
}

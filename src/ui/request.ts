import type { WebContext } from '../web/index.js'

/** The texts of a form or, for programs, of the query. */
export async function fieldsOf(c: WebContext): Promise<Readonly<Record<string, string | undefined>>> {
  const body = await c.req.parseBody()
  const fields = Object.entries(body).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  )
  return { ...c.req.query(), ...Object.fromEntries(fields) }
}

/** Back to a page after a form was carried out, by a relative address, which holds behind every proxy. */
export function seeOther(c: WebContext, location: string): Response {
  return c.redirect(location, 303)
}

/** One node of the order: what it needs before it can be made. */
export interface Ordered {
  /** Must be there before: a superclass, what a bound function binds. */
  readonly hard: readonly Ordered[]
  /** Better be there before; can be filled in afterwards. */
  readonly soft: readonly Ordered[]
}

interface Frame<Node> {
  readonly node: Node
  readonly needs: readonly Node[]
  next: number
}

/**
 * Orders nodes so that hard needs always come first and soft ones wherever no cycle forbids it. Depth first, with a stack
 * of its own: a chain of functions may be thousands long.
 */
export function inOrder<Node extends Ordered>(nodes: readonly Node[]): Node[] {
  const done = new Set<Node>()
  const order: Node[] = []
  const closure = hardClosure<Node>()
  for (const root of nodes) {
    if (done.has(root)) continue
    const open = new Set<Node>()
    const stack: Frame<Node>[] = []
    const enter = (node: Node): void => {
      open.add(node)
      stack.push({ node, needs: [...node.hard, ...node.soft] as unknown as Node[], next: 0 })
    }
    enter(root)
    for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
      const need = frame.needs[frame.next++]
      if (need === undefined) {
        stack.pop()
        open.delete(frame.node)
        if (!done.has(frame.node)) order.push(frame.node)
        done.add(frame.node)
      } else if (!done.has(need) && !open.has(need) && !closure(need, open)) enter(need)
    }
  }
  return order
}

/** Tells whether a node has a hard need, however far, that is only just being made. */
function hardClosure<Node extends Ordered>(): (node: Node, open: ReadonlySet<Node>) => boolean {
  return (node, open) => {
    const waiting = [...node.hard] as unknown as Node[]
    const seen = new Set<Node>()
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      if (open.has(next)) return true
      if (seen.has(next)) continue
      seen.add(next)
      waiting.push(...(next.hard as unknown as Node[]))
    }
    return false
  }
}

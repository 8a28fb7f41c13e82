/** The property names of an object, in order, with what kind of object it is. */
export interface Shape {
  readonly id: number
  readonly names: readonly string[]
}

/** A step from one name to the next in the tree of all shapes. */
interface Step {
  shape: Shape | undefined
  readonly next: Map<string, Step>
  /** The step taken last, which is mostly the one to take again. */
  lastName: string | undefined
  lastStep: Step | undefined
}

/** Numbers the shapes of the objects in one column. */
export class ShapeTable {
  private readonly roots = new Map<string | number, Step>()
  private count = 0

  /** The shape of these names; `made` tells objects with the same names and different prototypes apart. */
  of(names: readonly string[], made: string | number): { shape: Shape; isNew: boolean } {
    let step = stepIn(this.roots, made)
    for (const name of names) step = step.lastName === name ? (step.lastStep as Step) : follow(step, name)
    if (step.shape !== undefined) return { shape: step.shape, isNew: false }
    step.shape = { id: this.count++, names }
    return { shape: step.shape, isNew: true }
  }
}

function follow(step: Step, name: string): Step {
  const next = stepIn(step.next, name)
  step.lastName = name
  step.lastStep = next
  return next
}

function stepIn<Name>(steps: Map<Name, Step>, name: Name): Step {
  const found = steps.get(name)
  if (found !== undefined) return found
  const made: Step = { shape: undefined, next: new Map(), lastName: undefined, lastStep: undefined }
  steps.set(name, made)
  return made
}

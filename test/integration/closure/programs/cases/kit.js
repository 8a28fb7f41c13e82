/** All cases. Each: what it is called, a function, the arguments of the one call that is compared, or the refusal to expect. */
export const cases = []

/** A function that must do the same elsewhere. */
export const works = (name, fn, args = []) => {
  cases.push({ name, fn, args })
}

/** A function that must be refused, with this code and path. */
export const refused = (name, fn, code, path) => {
  cases.push({ name, fn, args: [], refused: { code, path } })
}

/** Runs a function that makes a case's function, so that its variables are its own. */
export const make = (maker, ...values) => maker(...values)

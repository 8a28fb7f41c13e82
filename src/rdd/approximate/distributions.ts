/** Quantiles of distributions, from their cumulative functions by bisection: exact enough for bounds, and never called in a loop. */

/** The standard normal distribution's quantile at `p`, between 0 and 1. */
export function normalQuantile(p: number): number {
  return bisected((x) => normalCdf(x), p, { low: -40, high: 40 })
}

/** The quantile of Student's t distribution. */
export function studentQuantile(p: number, degreesOfFreedom: number): number {
  let reach = 1
  while (studentCdf(reach, degreesOfFreedom) < Math.max(p, 1 - p) && reach < 1e300) reach *= 2
  return bisected((x) => studentCdf(x, degreesOfFreedom), p, { low: -reach, high: reach })
}

/** The least number of events whose cumulative probability under the Poisson distribution is at least `p`. */
export function poissonQuantile(p: number, mean: number): number {
  if (mean <= 0 || p <= 0) return 0
  let low = -1
  let high = Math.ceil(mean + 40 * Math.sqrt(mean) + 40)
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (1 - lowerGamma(middle + 1, mean) >= p) high = middle
    else low = middle
  }
  return high
}

function normalCdf(x: number): number {
  const half = lowerGamma(0.5, (x * x) / 2) / 2
  return x < 0 ? 0.5 - half : 0.5 + half
}

function studentCdf(x: number, degreesOfFreedom: number): number {
  const tail = incompleteBeta(degreesOfFreedom / 2, 0.5, degreesOfFreedom / (degreesOfFreedom + x * x)) / 2
  return x < 0 ? tail : 1 - tail
}

function bisected(cdf: (x: number) => number, p: number, range: { low: number; high: number }): number {
  if (p <= 0) return Number.NEGATIVE_INFINITY
  if (p >= 1) return Number.POSITIVE_INFINITY
  let { low, high } = range
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2
    if (middle === low || middle === high) break
    if (cdf(middle) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Coefficients by C. Lanczos for g = 7. */
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]

function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  const t = x + 6.5
  const sum = lanczos.reduce((a, c, i) => (i === 0 ? c : a + c / (x - 1 + i)))
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum)
}

/** The regularised lower incomplete gamma function P(a, x): a series below the mean, a continued fraction above. */
function lowerGamma(a: number, x: number): number {
  if (x <= 0) return 0
  const factor = Math.exp(a * Math.log(x) - x - logGamma(a))
  if (x < a + 1) {
    let term = 1 / a
    let sum = term
    for (let n = a + 1; term > sum * 1e-16; n++) {
      term *= x / n
      sum += term
    }
    return Math.min(1, sum * factor)
  }
  const fraction = continuedFraction(
    (n) => (n === 0 ? 1 : n * (a - n)),
    (n) => x - a + 1 + 2 * n,
  )
  return Math.max(0, 1 - factor * fraction)
}

/** The regularised incomplete beta function. */
function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, 1 - x)
  const factor = Math.exp(a * Math.log(x) + b * Math.log(1 - x) + logGamma(a + b) - logGamma(a) - logGamma(b)) / a
  const numerator = (n: number): number => {
    if (n === 0) return 1
    const m = n >> 1
    return n % 2 === 0
      ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
      : -((a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
  }
  return factor * continuedFraction(numerator, () => 1)
}

/** a(0) / (b(0) + a(1) / (b(1) + ...)) by Lentz's method. */
function continuedFraction(a: (n: number) => number, b: (n: number) => number): number {
  const tiny = 1e-300
  let d = 1 / (b(0) || tiny)
  let c = 1 / tiny
  let f = a(0) * d
  for (let n = 1; n < 1e6; n++) {
    d = 1 / (b(n) + a(n) * d || tiny)
    c = b(n) + a(n) / c || tiny
    const step = c * d
    f *= step
    if (Math.abs(step - 1) < 1e-15) break
  }
  return f
}

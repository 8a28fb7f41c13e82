/*
 * Vite, and so vitest, runs modules as functions: an import is a variable of its own making, `import()` and `import.meta` are
 * calls on its runner. In a captured function they mean again what the user wrote.
 */

const importName = /^__vi(?:te_ssr)?_import_\d+__$/

/** Whether a variable stands for a whole imported module. */
export function isViteImport(name: string): boolean {
  return importName.test(name)
}

/** What stands for the two in a rebuilt function: properties of its environment. */
export const viteWords: Readonly<Record<string, 'dynamicImport' | 'importMeta'>> = {
  __vite_ssr_dynamic_import__: 'dynamicImport',
  __vi_dynamic_import__: 'dynamicImport',
  __vite_ssr_import_meta__: 'importMeta',
  __vi_import_meta__: 'importMeta',
}

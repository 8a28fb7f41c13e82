/**
 * Whether a setting says how processes of the cluster let each other in. A driver has these from the worker that runs it, whatever it was
 * submitted with: paths of the submitting machine mean nothing here, and another secret would keep it out. Those of web pages are not
 * among them.
 */
export function isClusterSetting(key: string): boolean {
  return /^spark\.(?:authenticate(?:\.|$)|ssl\.(?!standalone\.|ui\.|historyServer\.)|firesteel\.insecure$)/.test(key)
}

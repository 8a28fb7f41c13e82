import { ACLS_ENABLE, ADMIN_ACLS, MODIFY_ACLS, type SparkConf, UI_VIEW_ACLS } from '../common/conf/index.js'
import { FiresteelError } from '../common/errors/index.js'
import type { WebContext } from './web-env.js'

export interface AccessOptions {
  /** The web token, where the cluster has a secret. */
  readonly token?: string
  /** Who runs the daemon; may see and change everything, as an owner of its. */
  readonly owner?: string
}

/** Who may see pages and who may change something. */
export interface Access {
  readonly token: string | undefined
  maySee(c: WebContext): boolean
  mayChange(c: WebContext): boolean
}

const groupKeys = ['spark.ui.view.acls.groups', 'spark.modify.acls.groups', 'spark.admin.acls.groups']

/**
 * Spark's lists of users, and the web token.
 *
 * - Lists off: everybody sees. With a token, a change needs it or a user that a filter has named; without one (loopback, or a cluster that
 *   was told to be insecure) everybody changes.
 * - Lists on: only users on the lists and holders of the token. Who has no name is nobody; in Spark, such a one may do everything.
 *
 * @throws FS_WEB_GROUPS
 */
export function accessOf(conf: SparkConf, { token, owner }: AccessOptions): Access {
  const groups = groupKeys.find((key) => (conf.get(key) ?? '').trim() !== '')
  if (groups !== undefined) throw new FiresteelError('FS_WEB_GROUPS', { key: groups })
  const owners = owner === undefined ? [] : [owner]
  const admins = [...owners, ...conf.get(ADMIN_ACLS)]
  const changers = new Set([...admins, ...conf.get(MODIFY_ACLS)])
  const viewers = new Set([...admins, ...conf.get(UI_VIEW_ACLS)])
  const areListed = (users: ReadonlySet<string>, user: string | undefined): boolean =>
    user !== undefined && (users.has('*') || users.has(user))

  if (!conf.get(ACLS_ENABLE)) {
    return {
      token,
      maySee: () => true,
      mayChange: (c) => token === undefined || c.get('holdsToken') === true || c.get('user') !== undefined,
    }
  }
  return {
    token,
    maySee: (c) => c.get('holdsToken') === true || areListed(viewers, c.get('user')),
    mayChange: (c) => c.get('holdsToken') === true || areListed(changers, c.get('user')),
  }
}

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { CommandResult } from '../e2e/run-command.js'
import { run } from '../e2e/run-command.js'
import { eventually } from './eventually.js'

const sshd = '/usr/sbin/sshd'

/** Why hosts cannot be made here; undefined when they can. */
export function whyNoHosts(): string | undefined {
  if (process.platform !== 'linux') return 'there are no network namespaces on this system'
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  if (!existsSync(sshd)) return 'there is no sshd (scripts/ci/install-ssh-hosts.sh)'
  try {
    execFileSync('ip', ['netns', 'list'], { stdio: 'ignore' })
    execFileSync('unshare', ['--net', '--uts', '--mount', 'true'], { stdio: 'ignore' })
  } catch {
    return 'ip and unshare may make no network namespaces (scripts/ci/install-ssh-hosts.sh)'
  }
  return undefined
}

/** One host: a network namespace with an address, a name and an sshd of its own. The file system is everybody's. */
export interface NetHost {
  readonly name: string
  readonly address: string
}

/**
 * Hosts on one bridge, which reach each other and nothing else: nothing is added to this machine's own network. Addresses are of those
 * reserved for documentation (RFC 5737).
 */
export class NetHosts {
  readonly hosts: readonly NetHost[]
  readonly folder = mkdtempSync(join(tmpdir(), 'firesteel-hosts-'))
  readonly #id = `fs${process.pid}`
  readonly #servers: ChildProcess[] = []

  constructor(names: readonly string[]) {
    this.hosts = names.map((name, at) => ({ name, address: `198.51.100.${at + 1}` }))
  }

  /** Flags of ssh for a client of these hosts, and of nobody else. */
  get sshOptions(): string {
    return `-F none -i ${this.folder}/key-client -o UserKnownHostsFile=${this.folder}/known-hosts -o IdentitiesOnly=yes`
  }

  async open(): Promise<void> {
    mkdirSync('/run/sshd', { recursive: true })
    this.#key('client')
    this.#ip('netns', 'add', this.#namespace('net'))
    this.#in('net', 'ip', 'link', 'add', 'bridge', 'type', 'bridge')
    this.#in('net', 'ip', 'link', 'set', 'bridge', 'up')
    for (const host of this.hosts) this.#plug(host)
    const keys = this.hosts.map(({ name, address }) => `${name},${address} ${this.#publicKey(name)}`)
    writeFileSync(join(this.folder, 'known-hosts'), `${keys.join('\n')}\n`)
    for (const host of this.hosts) this.#serve(host)
    for (const { name, address } of this.hosts) {
      await eventually(`the sshd of ${name}`, () => this.#listens(name, address))
    }
  }

  /** Runs a program on a host, as somebody at its terminal would. */
  run(
    name: string,
    program: string,
    args: readonly string[],
    options: Parameters<typeof run>[2] = {},
  ): Promise<CommandResult> {
    return run('ip', [...this.#entry(name), program, ...args], options)
  }

  /** Command lines of what runs on all hosts, besides the servers of ssh. */
  processes(): string[] {
    return this.hosts
      .flatMap(({ name }) => this.#pids(name).flatMap((pid) => commandOf(pid) ?? []))
      .filter((command) => !/^(?:\/usr\/sbin\/sshd|sshd[:-]|.*\/sshd-)/.test(command))
  }

  /** Ends all that runs on the hosts, and removes them. Returns what had to be ended. */
  async close(): Promise<string[]> {
    const left = this.processes()
    for (const { name } of this.hosts) {
      for (const pid of this.#pids(name)) kill(pid)
      await eventually(`the end of all on ${name}`, () => this.#pids(name).every((pid) => commandOf(pid) === undefined))
    }
    for (const name of [...this.hosts.map((host) => host.name), 'net']) {
      const namespace = this.#namespace(name)
      if (existsSync(`/run/netns/${namespace}`)) this.#ip('netns', 'delete', namespace)
      rmSync(`/etc/netns/${namespace}`, { recursive: true, force: true })
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 })
    return left
  }

  #namespace(name: string): string {
    return `${this.#id}-${name}`
  }

  #plug({ name, address }: NetHost): void {
    const namespace = this.#namespace(name)
    // `ip netns exec` lays what is here over /etc.
    mkdirSync(`/etc/netns/${namespace}`, { recursive: true })
    const names = this.hosts.map((host) => `${host.address} ${host.name}`)
    writeFileSync(`/etc/netns/${namespace}/hosts`, `127.0.0.1 localhost\n${names.join('\n')}\n`)
    writeFileSync(`/etc/netns/${namespace}/resolv.conf`, '')
    this.#ip('netns', 'add', namespace)
    this.#in('net', 'ip', 'link', 'add', `to-${name}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace)
    this.#in('net', 'ip', 'link', 'set', `to-${name}`, 'master', 'bridge', 'up')
    this.#in(name, 'ip', 'link', 'set', 'lo', 'up')
    this.#in(name, 'ip', 'address', 'add', `${address}/24`, 'dev', 'eth0')
    this.#in(name, 'ip', 'link', 'set', 'eth0', 'up')
  }

  #serve({ name, address }: NetHost): void {
    this.#key(name)
    const settings = {
      HostKey: join(this.folder, `key-${name}`),
      ListenAddress: address,
      PidFile: 'none',
      AuthorizedKeysFile: join(this.folder, 'key-client.pub'),
      StrictModes: 'no',
      UsePAM: 'no',
      PermitRootLogin: 'prohibit-password',
      PasswordAuthentication: 'no',
      UseDNS: 'no',
      MaxStartups: '50',
    }
    const file = join(this.folder, `${name}.sshd`)
    writeFileSync(
      file,
      Object.entries(settings)
        .map((pair) => `${pair.join(' ')}\n`)
        .join(''),
    )
    const args = [...this.#entry(name), sshd, '-D', '-e', '-f', file]
    this.#servers.push(spawn('ip', args, { stdio: ['ignore', 'ignore', 'ignore'], env: { PATH: process.env.PATH } }))
  }

  /** Arguments of `ip` under which a program finds itself on the host, with the host's name. */
  #entry(name: string): string[] {
    const rename = 'echo "$0" > /proc/sys/kernel/hostname && exec "$@"'
    return ['netns', 'exec', this.#namespace(name), 'unshare', '--uts', 'sh', '-c', rename, name]
  }

  #key(name: string): void {
    const path = join(this.folder, `key-${name}`)
    if (!existsSync(path)) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path])
  }

  #publicKey(name: string): string {
    this.#key(name)
    return readFileSync(join(this.folder, `key-${name}.pub`), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ')
  }

  #listens(name: string, address: string): boolean {
    const socket = `const s = require('net').connect(22, '${address}', () => process.exit(0)); s.on('error', () => process.exit(1))`
    try {
      this.#in(name, process.execPath, '-e', socket)
      return true
    } catch {
      return false
    }
  }

  #pids(name: string): number[] {
    const namespace = this.#namespace(name)
    if (!existsSync(`/run/netns/${namespace}`)) return []
    const text = execFileSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8' })
    return text.split('\n').filter(Boolean).map(Number)
  }

  #in(name: string, program: string, ...args: string[]): void {
    this.#ip('netns', 'exec', this.#namespace(name), program, ...args)
  }

  #ip(...args: string[]): void {
    execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  }
}

function commandOf(pid: number): string | undefined {
  try {
    // That of a zombie is empty.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() || undefined
  } catch {
    return undefined
  }
}

/** It stands in a namespace that this test has made: nobody else's process does. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}

/** The folder of this Node, for a shell that ssh starts. */
export const nodeFolder = dirname(process.execPath)

// Decides requests with @cloud-copilot/iam-simulate: a JSON row a line on standard input (see SimRow in
// ../common/simulator.rs), a JSON verdict a line on standard output. A row that cannot be decided has an `error`.
//
// node simulate.mjs <the directory with node_modules>
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

const require = createRequire(join(resolve(process.argv[2] ?? '.'), 'package.json'))
const simulator = pathToFileURL(require.resolve('@cloud-copilot/iam-simulate'))
const { anonymousPrincipal, runSimulation } = await import(simulator.href)

const named = (prefix, policies) => policies.map((policy, i) => ({ name: `${prefix}${i}`, policy }))
const levels = (prefix, list) =>
  list.map((policies, i) => ({ orgIdentifier: `${prefix}${i}`, policies: named(`${prefix}${i}-`, policies) }))

async function verdict(row) {
  const isAnonymous = row.principal === '*'
  const response = await runSimulation(
    {
      request: {
        principal: isAnonymous ? anonymousPrincipal : row.principal,
        action: row.action,
        resource: { resource: row.resource, accountId: row.account },
        contextVariables: row.context
      },
      identityPolicies: isAnonymous ? [] : named('identity', row.identity),
      resourcePolicy: row.resource_policy ?? undefined,
      permissionBoundaryPolicies: isAnonymous || !row.boundary ? undefined : named('boundary', [row.boundary]),
      sessionPolicy: isAnonymous ? undefined : (row.session ?? undefined),
      serviceControlPolicies: isAnonymous ? [] : levels('scp', row.scps),
      resourceControlPolicies: levels('rcp', row.rcps)
    },
    { simulationMode: 'Strict' }
  )
  if (response.resultType === 'error') return { error: JSON.stringify(response.errors).slice(0, 400) }
  const ignored = response.result?.ignoredContextKeys ?? []
  if (ignored.length > 0) return { error: `the action has no context key ${ignored.join(', ')}` }
  return { verdict: response.overallResult }
}

const output = []
for await (const line of createInterface({ input: process.stdin })) {
  let answer
  try {
    answer = await verdict(JSON.parse(line))
  } catch (error) {
    answer = { error: String(error).slice(0, 400) }
  }
  output.push(JSON.stringify(answer))
  if (output.length >= 1000) process.stdout.write(output.splice(0).join('\n') + '\n')
}
if (output.length > 0) process.stdout.write(output.join('\n') + '\n')

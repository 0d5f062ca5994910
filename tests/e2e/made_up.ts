// Runs that nobody made, in the shape of people's own: trials of agents at tasks, and reports of runs.

export type MadeFile = { name: string; content: string }

const AGENTS = ['scribe', 'mason']
const MODELS = { scribe: 'alpha-1', mason: 'beta-2' } as Record<string, string>
const ERRORS = [
  "ModuleNotFoundError: No module named 'flask'",
  'AssertionError: 3 != 4',
  'PermissionError: [Errno 13] Permission denied: conf.ini',
]

export type Trial = { task: string; agent: string; attempt: number; solved: boolean; file: string }

/** Two attempts of each of two agents at every task. Of three tasks, one is solved always, one never, one now and then. */
export function trials(tasks: number): Trial[] {
  const all: Trial[] = []
  for (let number = 0; number < tasks; number++) {
    const task = `task-${String(number).padStart(3, '0')}`
    for (const agent of AGENTS) {
      for (const attempt of [1, 2]) {
        const solved = number % 3 === 0 || (number % 3 === 1 && attempt === 1)
        all.push({ task, agent, attempt, solved, file: `job/${task}__${agent}${attempt}/agent/trajectory.json` })
      }
    }
  }
  return all
}

/** A trial as Harbor leaves it: what the agent did, and what the verifier said. */
export function filesOf({ task, agent, attempt, solved, file }: Trial): MadeFile[] {
  const number = Number(task.slice(-3))
  const error = ERRORS[number % ERRORS.length]
  const model_name = MODELS[agent]
  const step = (step_id: number, fields: object) => ({
    step_id,
    timestamp: new Date(Date.UTC(2026, 3, 1 + (number % 20), 10, 0, step_id * 7)).toISOString(),
    model_name,
    ...fields,
  })
  const ran = (step_id: number, command: string, output: string, is_error: boolean) =>
    step(step_id, {
      source: 'agent',
      message: `Next: ${command}`,
      metrics: { prompt_tokens: 900 + step_id, completion_tokens: 40, cached_tokens: 0, cost_usd: 0.01 },
      tool_calls: [{ tool_call_id: `c${step_id}`, function_name: 'Bash', arguments: { command } }],
      observation: { results: [{ source_call_id: `c${step_id}`, content: output }] },
      extra: { tool_result_is_error: is_error },
    })
  const failing = `Exit code 1\nTraceback (most recent call last):\n  File "app.py", line ${number + 3}\n${error}`
  const repeated = [3, 4, 5, 6, 7].map((id) => ran(id, 'python app.py', failing, true))
  const steps = [
    step(1, { source: 'user', message: `Make ${task} work.` }),
    ran(2, 'cat app.py', `print(${number})`, false),
    ...(solved ? [ran(3, 'pytest -q', '3 passed in 0.10s', false)] : repeated),
    step(9, { source: 'agent', message: 'Done, all works.' }),
  ]
  const folder = file.slice(0, file.indexOf('/agent/'))
  const run = { schema_version: 'ATIF-v1.2', session_id: `${task}-${agent}-${attempt}`, agent: { name: agent, version: '1.0', model_name }, steps }
  const reward = solved ? 1 : 0
  const result = {
    task_name: task,
    trial_name: `${task}__${agent}${attempt}`,
    source: 'made-up',
    verifier_result: { rewards: { reward } },
    exception_info: null,
  }
  return [
    { name: file, content: JSON.stringify(run) },
    { name: `${folder}/result.json`, content: JSON.stringify(result) },
  ]
}

const DETECTORS: [string, string, string][] = [
  ['retry-loop', 'The same command fails again and again', 'flow'],
  ['unverified-finish', 'Ends without a check', 'verification'],
  ['false-success', 'Says it works although the tests fail', 'outcome'],
]

/** What `tracebench report --format ndjson` prints of a run, about as long as for one of fifty steps. */
export function reportLine(number: number): string {
  const solved = number % 4 === 0
  const acts = Array.from({ length: 50 }, (_, at) => at)
  const finding = (place: number) => {
    const [detector, title, category] = DETECTORS[(number + place) % DETECTORS.length]
    const step = 10 + place * 12
    const quote = `Traceback (most recent call last):\n  File "src/part_${number % 50}.py", line ${place + 7}, in main\nTypeError: part_${number % 23}() takes 2 arguments`
    const evidence = [{ step, source_step: step + 1, quote, part: 'result', start: 0, end: quote.length }]
    const waste = { steps: 2 + place, tokens: 900, seconds: 12.5, cost_usd: 0.01 }
    const message = `The command of step ${step + 1} fails the same way ${3 + place} times.`
    return { detector, title, category, severity: place ? 'warning' : 'error', certain: false, confidence: 0.8, step, source_step: step + 1, steps: [step, step + 2], message, evidence, waste }
  }
  const findings = solved ? [] : [0, 1, 2].map(finding)
  const signatures = findings.map(({ detector }, place) => ({
    detector,
    operation: ['run-test', 'edit', 'run-program'][(number + place) % 3],
    template: `TypeError: part_${number % 23}() takes <n> arguments`,
    phase: ['verify', 'edit', 'finish'][place],
    finding: place,
  }))
  const reasons = findings.map((found, place) => ({ points: -6 - place, part: 'process', text: found.message, findings: [place], steps: [] }))
  return JSON.stringify({
    format_version: 1,
    file: `job/task-${number % 500}/run-${number}.traj.json`,
    index: 0,
    trace_id: `run-${number}`,
    format: 'mini-swe-agent',
    agent: ['scribe', 'mason', 'smith'][number % 3],
    model: ['alpha-1', 'beta-2'][number % 2],
    task: `task-${number % 500}`,
    steps: 50 + (number % 30),
    outcome: { value: solved ? 'resolved' : 'failed', source: 'report.json' },
    score: { profile: 'default', total: solved ? 91.5 : 20 + (number % 60), outcome: solved ? 100 : 0, process: 60, efficiency: 55, reasons },
    verdict: {
      abstained: solved,
      headline: solved ? 'No failure is shown' : findings[0].title,
      explanation: solved ? 'Nothing was found.' : findings[0].message,
      candidates: findings.slice(0, 1).map((found) => ({ step: found.step, source_step: found.source_step, agent: 'main', why: found.message, finding: 0 })),
      last_good: null,
      chain: findings.map((_, place) => place),
      waste: { steps: 3, tokens: 2000, seconds: 20.5, cost_usd: 0.02 },
    },
    findings,
    signatures,
    tests: null,
    totals: { tokens_in: 90_000, tokens_out: 4_000, tokens_cached: null, cost_usd: 0.21, seconds: 320.5, out_is_lower_bound: false },
    warnings: [],
    agent_version: '2.0',
    started: `2026-04-${String(1 + (number % 28)).padStart(2, '0')}T10:00:00Z`,
    prompt: { label: 'You are a helpful assistant.', hash: `p${number % 4}` },
    shape: ['edit>run-test', 'read>edit', 'run-test>edit', 'search>read'],
    track: {
      words: ['read', 'edit', 'run-test', 'ok', 'red', ...acts.slice(0, 12).map((at) => `src/part_${at}.py`)],
      steps: acts,
      operations: acts.map((at) => 1 + (at % 3)),
      targets: acts.map((at) => 6 + (at % 12)),
      endings: acts.map((at) => 4 + (at % 2)),
      errors: acts.map(() => 0),
      agents: [],
      tokens: acts.map((at) => 1000 + at),
      micro_usd: acts.map(() => 4000),
      ends_ms: acts.map((at) => at * 6400),
      edits: [],
      turns: 50,
      more: 0,
    },
  })
}

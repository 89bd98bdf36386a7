import { version } from "../command-line/version.ts";

/** Where the snippets take gracewarden from, and what they ask of it. */
export interface SnippetInput {
  /** Undefined where nobody said: then a placeholder stands there, to be filled in. */
  readonly repository: string | undefined;
  readonly baseline: boolean;
}

export const baselineFile = "gracewarden-baseline.json";

const tag = `v${version}`;
const placeholder = "https://git.example/tools/gracewarden";
const fillIn = "# where you keep gracewarden";

/** `.pre-commit-config.yaml` */
export function preCommitText({ repository, baseline }: SnippetInput): string {
  return `repos:
  - repo: ${scalar(repository ?? placeholder)}${repository === undefined ? ` ${fillIn}` : ""}
    rev: ${tag}
    hooks:
      - id: gracewarden
${baseline ? `        args: [--baseline, ${baselineFile}]\n` : ""}`;
}

/** `.github/workflows/gracewarden.yml`, which uses the action of deploy/action. */
export function githubText({ repository, baseline }: SnippetInput): string {
  const owner = /^https:\/\/github\.com\/([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(repository ?? "")?.[1];
  return `name: gracewarden
on:
  pull_request:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          persist-credentials: false
      - uses: ${owner ?? "OWNER/gracewarden"}/deploy/action@${tag}${owner === undefined ? ` ${fillIn} on GitHub` : ""}
        with:
          sarif: gracewarden.sarif
${baseline ? `          baseline: ${baselineFile}\n` : ""}      # For code scanning: give the job "security-events: write" and add
      # - uses: github/codeql-action/upload-sarif@v3
      #   if: always()
      #   with: { sarif_file: gracewarden.sarif }
`;
}

/** `.gitlab/gracewarden.yml` */
export function gitlabText({ repository, baseline }: SnippetInput): string {
  return `# In .gitlab-ci.yml:
#   include:
#     - local: .gitlab/gracewarden.yml
gracewarden:
  image: node:24
  variables:
    GRACEWARDEN_REPOSITORY: ${scalar(repository ?? placeholder)}${repository === undefined ? ` ${fillIn}` : ""}
  script:
    - git clone --quiet --depth 1 --branch ${tag} -- "$GRACEWARDEN_REPOSITORY" /opt/gracewarden
    - /opt/gracewarden/deploy/run-from-source lint${baseline ? ` --baseline ${baselineFile}` : ""} --format stylish --format gitlab=gl-code-quality-report.json .
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality-report.json
`;
}

/** JSON's strings are YAML's too; what cannot be taken for anything else needs no quotes. */
const scalar = (text: string): string => (/^(?:https|ssh):\/\/[\w./@~-]+$/.test(text) ? text : JSON.stringify(text));

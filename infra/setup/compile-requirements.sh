#!/usr/bin/env bash
# Compiles requirements/*.txt: one version and its hashes for each package, and no index address.
set -euo pipefail
cd "$(dirname "$0")/../.."
uv=$(command -v uv || echo .tools/bin/uv)
compile() {
  "$uv" pip compile pyproject.toml "${@:2}" --quiet --universal --python-version 3.11 --generate-hashes \
    --override requirements/overrides.txt \
    --custom-compile-command "make requirements" --output-file "requirements/$1"
}
compile runtime.txt
compile development.txt --extra development

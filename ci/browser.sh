#!/bin/sh
# Opens the HTML report in headless Chromium: of a run with deliberate failures over one relay, two MMSEs and two relays, and of 10,000
# cases. BROWSER_SHOTS is a folder for screenshots. Where there is no Chromium, it says so.
set -eu
cd "$(dirname "$0")/.."

missing=
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 ||
    command -v google-chrome-stable >/dev/null 2>&1 || missing="$missing chromium"
command -v python3 >/dev/null 2>&1 || missing="$missing python3"
if [ -n "$missing" ]; then
    echo "not installed:$missing: the HTML report is not opened in a browser"
    exit 0
fi

# BROWSER_PROFILE is the profile of cargo: `dev` or `release`.
profile=${BROWSER_PROFILE:-release}
cargo build --locked --quiet --profile "$profile" --bin mmspec --example large_report
folder=$profile
[ "$profile" != dev ] || folder=debug
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
"./target/$folder/mmspec" run e2e-rejection-is-reported e2e-delivery-report-comes-home 'multi-relay-one-identity-outside*' \
    'mm1-send-conf-*' 'multi-relay-home-relay-down-*' e2e-content-crosses-unchanged \
    --defect mm4.report.x-mms-status --defect mm1.send-conf.wrong-transaction-id --defect cluster.outside-name-of-node \
    --defect cluster.home-down.drops --report-dir "$work/run" >"$work/run.txt" 2>&1 || status=$?
if [ "$status" -ne 1 ]; then
    cat "$work/run.txt"
    echo "the run with defects ended in $status, not in 1"
    exit 1
fi
"./target/$folder/examples/large_report" "$work/large" 10000
python3 ci/browser.py "$work/run/latest" "$work/large" ${BROWSER_SHOTS:+"$BROWSER_SHOTS"}

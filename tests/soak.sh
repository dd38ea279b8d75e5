#!/usr/bin/env bash
# An agent among services that come and go, under the systemd of boot-systemd.sh, until FOLDER/over is there:
#     boot-systemd.sh soak.sh FOLDER COMMAND-OF-THE-AGENT...
# Each turn starts services that end by themselves, fail, or are stopped in the next turn. The agent's log is
# FOLDER/log.
set -uo pipefail
folder=$1
shift

"$@" </dev/null 2>"$folder/log" &
agent=$!
turn=0
while kill -0 "$agent" 2>/dev/null && ! [ -e "$folder/over" ]; do
    for one in a b c; do
        systemd-run --quiet --collect --property DefaultDependencies=no --unit "soak-$turn-$one" sleep infinity
    done
    systemd-run --quiet --collect --property DefaultDependencies=no --unit "soak-$turn-ends" true
    systemd-run --quiet --collect --property DefaultDependencies=no --unit "soak-$turn-fails" false
    sleep 1
    systemctl stop "soak-$((turn - 1))-*"
    turn=$((turn + 1))
done
kill "$agent" && wait "$agent"
echo "$turn turns of services, the agent ended with $?"

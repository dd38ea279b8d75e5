#!/usr/bin/env bash
# The packages' whole life under the systemd of boot-systemd.sh, in a network of its own:
#     boot-systemd.sh packages.sh FOLDER-WITH-THE-PACKAGES REPOSITORY
# Of each package there are revisions 1 and 2. Everything goes to overlays, and away with them.
set -euo pipefail
packages=$1 repository=$2
agent=grapevine-agent.service dashboard=grapevine-dashboard.service
. "$repository/tests/overlay.sh"

main() {
    overlay /etc /usr /var
    # This systemd is to know none of the machine's units, and those of the packages.
    mount -t tmpfs tmpfs /etc/systemd/system
    mount --bind /run/systemd/system /usr/lib/systemd/system
    printf '[Unit]\nDefaultDependencies=no\n' >/run/systemd/system/multi-user.target
    # Images of containers have it, so that packages start nothing.
    rm -f /usr/sbin/policy-rc.d
    fresh_install
    serves_what_the_agent_knows
    upgrade
    removal
    no_open_door
    purge
}

fresh_install() {
    install_revision 1
    echo "installed: agent $(state "$agent") as $(stat --format %U "/proc/$(pid)"), dashboard $(state "$dashboard")"
    echo "enabled: $(ls /etc/systemd/system/*.wants/ | grep -o 'grapevine.*' | paste -sd ' ')"
    grapevine-agent check-config /etc/grapevine/agent.toml
    for page in grapevine-agent grapevine-agent-run grapevine grapevine-serve; do
        man_page "$page" | grep -q "^\.SH SYNOPSIS" || echo "no manual page $page"
    done
    bash -n /usr/share/bash-completion/completions/grapevine{,-agent}
    /usr/libexec/grapevine/grapevine-gpu --version >/dev/null </dev/null || echo 'what reads GPUs does not start'
}

serves_what_the_agent_knows() {
    systemctl start "$dashboard"
    until_so 'get /-/ready | grep -q "200 OK"'
    echo "dashboard $(state "$dashboard") as $(stat --format %U "/proc/$(pid "$dashboard")"), ready"
}

upgrade() {
    local before
    before=$(pid)
    echo 'groups = ["operators"]' >/run/line
    sed -i '/^\[metrics_agent\]/r /run/line' /etc/grapevine/agent.toml
    sed -i '/^groups = \[\]/d' /etc/grapevine/agent.toml
    cp -p /var/lib/grapevine/origin.key /run/origin.key
    install_revision 2
    [ "$(pid)" != "$before" ] || echo 'the old agent runs on'
    cmp /run/origin.key /var/lib/grapevine/origin.key
    echo "upgraded: agent $(state "$agent"), dashboard $(state "$dashboard"), $(grep -c operators /etc/grapevine/agent.toml) line of the operator's"
}

removal() {
    dpkg --remove grapevine-agent grapevine-dashboard >/dev/null
    echo "removed: agent $(state "$agent"), program $(there /usr/bin/grapevine-agent), configuration $(there /etc/grapevine/agent.toml), state $(there /var/lib/grapevine/origin.key)"
}

no_open_door() {
    sed -i 's/^bind = .*/bind = "0.0.0.0"/' /etc/grapevine/agent.toml
    install_revision 2
    echo "without a key: agent $(state "$agent") ($(systemctl show --property ExecMainStatus --value "$agent"))"
    grapevine-agent keygen --out /etc/grapevine >/dev/null
    sed -i 's/^# key_file/key_file/' /etc/grapevine/agent.toml
    systemd-tmpfiles --create grapevine-agent.conf
    systemctl start "$agent"
    echo "with a key: agent $(state "$agent"), $(stat --format '%n %U %a' /etc/grapevine/cluster.key)"
}

purge() {
    dpkg --purge grapevine-agent grapevine-dashboard >/dev/null 2>&1
    echo "purged: configuration $(there /etc/grapevine/agent.toml), state $(there /var/lib/grapevine), key $(there /etc/grapevine/cluster.key), units $(find /etc/systemd /var/lib/systemd -name 'grapevine*' | wc -l)"
}

install_revision() {
    dpkg --install --force-confold "$packages"/grapevine-{agent,dashboard}_*-"$1"_*.deb >/run/dpkg.log 2>&1 </dev/null ||
        { cat /run/dpkg.log && exit 1; }
}

state() {
    systemctl is-active "$1" || true
}

pid() {
    systemctl show --property MainPID --value "${1:-$agent}"
}

there() {
    if [ -e "$1" ]; then echo kept; else echo gone; fi
}

man_page() {
    zcat -f "/usr/share/man/man1/$1.1"*
}

# An answer of the dashboard, head and all.
get() {
    exec 3<>/dev/tcp/127.0.0.1/8130
    printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1:8130\r\n\r\n' "$1" >&3
    cat <&3
    exec 3>&-
}

until_so() {
    local _
    for _ in {1..300}; do
        if eval "$1" 2>/dev/null; then return; fi
        sleep 0.1
    done
    echo "never so: $1"
    systemctl status "$agent" "$dashboard" || true
    exit 1
}

main

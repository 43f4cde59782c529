#!/bin/sh
# packages.sh: what make test-slurm needs, from Debian where it is missing, as root. No service is started: the test
# starts daemons of its own.
set -eu
command -v slurmctld >/dev/null && command -v slurmd >/dev/null && command -v munged >/dev/null && exit 0

# Packages ask this program whether they may start what they bring; a machine that has one keeps its own.
policy=/usr/sbin/policy-rc.d
if ! test -e "$policy"; then
	trap 'rm -f "$policy"' EXIT
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends slurm-wlm munge >/dev/null

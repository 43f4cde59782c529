#!/bin/sh
# packages.sh FOLDER: what make test-usb needs of Debian. Installs QEMU and small tools if they are missing, and
# downloads the packages of the kernel and of its usbip tool into FOLDER, unless they are there.
set -eu
folder=$1
mkdir -p "$folder"

updated=
update() {
	test -n "$updated" || apt-get update -qq
	updated=yes
}

missing=
command -v qemu-system-x86_64 >/dev/null || missing="$missing qemu-system-x86"
command -v xz >/dev/null || missing="$missing xz-utils"
if test -n "$missing"; then
	update
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

# The package linux-image-amd64 is empty and depends on the present kernel.
if ! ls "$folder"/linux-image-*.deb >/dev/null 2>&1; then
	update
	kernel=$(apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: \(linux-image-[^ ]*\)$/\1/p' | head -n 1)
	test -n "$kernel" || { echo "test-usb: apt knows no linux-image-amd64: this needs Debian on amd64" >&2; exit 1; }
	(cd "$folder" && apt-get -o APT::Sandbox::User=root download -qq "$kernel")
fi
if ! ls "$folder"/usbip_*.deb >/dev/null 2>&1; then
	update
	(cd "$folder" && apt-get -o APT::Sandbox::User=root download -qq usbip)
fi

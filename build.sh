#!/usr/bin/env bash
# Builds, serves and tests Mnemoscope. Each command does the set-up it finds missing.
#
#   ./build.sh setup    install what is missing: Rust target, wasm-bindgen, wasm-pack, npm packages, browser, Vulkan driver, Python's packages
#   ./build.sh build    compile to WebAssembly, bundle the page into dist/
#   ./build.sh serve    build, then serve the lab at http://127.0.0.1:8080
#   ./build.sh test     build, lint, then run every test: native, in a headless browser, the page itself, and what the texts name
#   ./build.sh lint     formatting, clippy for both targets, TypeScript
#   ./build.sh bench    build, then time a training step beside other libraries, the page, figures and workers, in one headless browser
#   ./build.sh story    compute the pictures of the first page anew, for minutes: www/public/story/
#   ./build.sh bench-recall   build, then time recalls from a memory: natively, in a browser, and in NumPy, in turn
#   ./build.sh bench-native   time a training step of one run natively beside JAX, in turn
set -euo pipefail
cd "$(dirname "$0")"

say() { printf '\n== %s  (%d:%02d)\n' "$*" $((SECONDS / 60)) $((SECONDS % 60)); }
die() { printf '\nbuild.sh: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Work that goes on beside what follows: `beside NAME COMMAND`, and `joined NAME` waits for it and shows what it said.
jobs=
beside() {
    mkdir -p target
    say "beside what follows: $1"
    set -m
    "$2" > "target/$1.log" 2>&1 &
    set +m
    printf -v "job_$1" %s $!
    jobs="$jobs $!"
    trap 'for job in $jobs; do kill -- "-$job" 2>/dev/null || true; done' EXIT
}
joined() {
    local job="job_$1" failed=0
    wait "${!job}" || failed=1
    jobs=${jobs/ ${!job}/}
    cat "target/$1.log"
    [ "$failed" = 0 ] || die "$1 failed (see above)."
}

setup_target() {
    have cargo || die "Rust is missing. Install it with rustup (see the Rust project's site), then run this again."
    if ! rustup target list --installed 2>/dev/null | grep -q '^wasm32-unknown-unknown$'; then
        have rustup || die "the Rust target wasm32-unknown-unknown is missing, and there is no rustup to add it."
        say "adding the Rust target wasm32-unknown-unknown"
        rustup target add wasm32-unknown-unknown
    fi
}

setup_bindings() {
    # The tool and the bindings' crate must agree on the version, so it comes from the lock file.
    local wanted
    wanted=$(awk '/^name = "wasm-bindgen"$/ { getline; gsub(/[^0-9.]/, ""); print; exit }' Cargo.lock)
    if [ "$(wasm-bindgen --version 2>/dev/null | awk '{print $2}')" != "$wanted" ]; then
        say "installing wasm-bindgen-cli $wanted, which takes a minute or two"
        # A mirror may lack what its lock file names; then any compatible versions will do.
        install_tool wasm-bindgen-cli --version "$wanted" --locked --force ||
            install_tool wasm-bindgen-cli --version "$wanted" --force
    fi
}

# Tools work for seconds, so that they are compiled quickly rather than well.
install_tool() {
    CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 cargo install "$@"
}

# Runs the tests in a browser; nothing else needs it.
setup_wasm_pack() {
    have wasm-pack || { say "installing wasm-pack, which takes a minute or two"; install_tool wasm-pack --locked; }
}

setup_node() {
    have node && have npm || die "Node.js 20 or newer with npm is missing. Install it, then run this again."
    [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || die "Node.js 20 or newer is needed; this is $(node --version)."
    if [ ! -e www/node_modules/.package-lock.json ] || [ www/package-lock.json -nt www/node_modules/.package-lock.json ]; then
        say "installing npm packages"
        npm ci --prefix www --no-audit --no-fund
        touch www/node_modules/.package-lock.json
    fi
}

# As the superuser where there is apt, which is told to be quiet; else nothing.
install_packages() {
    have apt-get && [ "$(id -u)" = 0 ] || return 1
    say "installing $*"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# The browser for the tests, its driver, and a Vulkan driver for the native tests.
setup_browser() {
    local missing=()
    have chromium || have google-chrome || missing+=(chromium)
    have chromedriver || missing+=(chromium-driver)
    ls /usr/share/vulkan/icd.d/*.json >/dev/null 2>&1 || [ "$(uname)" != Linux ] || missing+=(mesa-vulkan-drivers libvulkan1)
    [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}" ||
        die "the tests need ${missing[*]} (names as in Debian). Install them, then run this again. On Debian, as root: apt-get install ${missing[*]}"
    # It has no windows to set up, so that a page costs half the time; whoever cannot have it goes without.
    have chromium-headless-shell || install_packages chromium-headless-shell || true
}

# The page tests start this browser.
find_browser() {
    CHROMIUM=$(command -v chromium-headless-shell || command -v chromium || command -v google-chrome || true)
    export CHROMIUM
}

# Weights that the page saves are read again by the reference implementation of their format, in Python.
setup_python() {
    PYTHON=$PWD/target/python/bin/python3
    export PYTHON
    "$PYTHON" -c 'import numpy, safetensors' 2>/dev/null && return
    if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
        install_packages python3 python3-venv ||
            die "the tests read saved weights with Python 3 and its venv module. Install them, then run this again. On Debian, as root: apt-get install python3 python3-venv"
    fi
    say "installing the Python package safetensors into target/python"
    python3 -m venv target/python
    "$PYTHON" -m pip install --quiet --disable-pip-version-check 'numpy>=1.24' 'safetensors==0.8.0'
}

# The libraries that the benchmark measures beside ours.
setup_bench() {
    if [ ! -e www/bench/node_modules/.package-lock.json ] || [ www/bench/package-lock.json -nt www/bench/node_modules/.package-lock.json ]; then
        say "installing the other libraries"
        npm ci --prefix www/bench --no-audit --no-fund --ignore-scripts ||
            die "npm could not install what www/bench/package-lock.json names, which the benchmark needs (see npm's words above)."
        touch www/bench/node_modules/.package-lock.json
    fi
}

# Saved weights are given to PyTorch. It is large, so that whoever cannot install it here is told, and goes without that test.
setup_torch() {
    local python
    for python in python3 /usr/bin/python3; do
        "$python" -c 'import torch' 2>/dev/null && { export TORCH=$python; return; }
    done
    # 150 MB.
    if install_packages python3-torch; then
        export TORCH=/usr/bin/python3
    else
        say "SKIPPED: there is no PyTorch, so that saved weights are not given to it. Install torch for python3 to have that tested."
    fi
}

setup_tools() { setup_bindings; setup_node; }
setup_build() { setup_target; setup_tools; }
setup_tests() { setup_browser; setup_python; setup_bench; setup_torch; setup_wasm_pack; }

# Makes the module smaller and faster.
optimise() {
    local module=pkg/mnemoscope_bg.wasm before
    before=$(wc -c < "$module")
    # What has one caller stays a function of its own: inlined, it makes the module 14 KB larger (with gzip), and no faster.
    www/node_modules/.bin/wasm-opt -O2 --one-caller-inline-max-function-size=10 --enable-simd --enable-bulk-memory --enable-nontrapping-float-to-int \
        --enable-sign-ext --enable-mutable-globals --enable-reference-types --enable-multivalue "$module" -o "$module.optimised"
    # Alike functions beside each other, where gzip sees that they are: 65 KB less.
    node www/scripts/reorder.mjs "$module.optimised" "$module.named"
    www/node_modules/.bin/wasm-opt --reorder-functions-by-name "$module.named" -o "$module"
    rm "$module.optimised" "$module.named"
    echo "$module: $before bytes, $(wc -c < "$module") optimised, $(gzip -9 -c "$module" | wc -c) with gzip"
}

build() {
    # A test that runs the commands below has built what they work with.
    [ -z "${MNEMOSCOPE_BUILT:-}" ] || return 0
    setup_target
    beside tools setup_tools
    say "compiling to WebAssembly, which takes two to four minutes when all of it is new"
    cargo build --lib --profile page --locked --package mnemoscope --target wasm32-unknown-unknown
    joined tools
    wasm-bindgen --target web --out-dir pkg target/wasm32-unknown-unknown/page/mnemoscope.wasm
    optimise
    say "bundling the page and the npm package"
    # The package first: the page has tables that the engine writes, which Node loads from there.
    npm run package --prefix www --silent
    npm run build --prefix www --silent
}

lint() {
    setup_build
    lint_rust
    lint_page
}

lint_rust() {
    cargo fmt --check
    say "clippy, native"
    cargo clippy --all-targets --locked -- -D warnings
    say "clippy, WebAssembly"
    # Of the tests one is for browsers.
    cargo clippy --lib --test web --target wasm32-unknown-unknown --locked -- -D warnings
}

lint_page() {
    say "formatting, TypeScript, and the tests that need no page"
    npm run format:check --prefix www --silent
    npm run check --prefix www --silent
    npm run unit --prefix www --silent
}

tests() {
    setup_target
    # Downloads, and a module that is linked on one core for minutes, beside the native side.
    beside module build
    beside test_tools setup_tests
    lint_rust
    say "compiling the native tests, which takes four to ten minutes when all of it is new"
    cargo test --locked --no-run
    joined module
    lint_page
    joined test_tools
    # What those have found out is known here too.
    setup_python
    setup_torch
    find_browser
    # It keeps one core busy.
    beside browser browser_tests
    say "native tests, five to ten minutes"
    cargo test --locked
    joined browser
    say "the page, and every line and program that the texts name, ten to thirty minutes"
    npm run e2e --prefix www --silent
    say "all tests passed"
}

browser_tests() {
    say "kernels and training in a headless browser, about five minutes"
    # Compiled for a quick start: what is shipped is what the page tests run. Tests unwind; a library that aborts beside theirs would have
    # the same file name, and whichever comes last would be linked.
    CARGO_PROFILE_RELEASE_PANIC=unwind CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
        CARGO_PROFILE_RELEASE_OPT_LEVEL=1 WASM_BINDGEN_TEST_TIMEOUT=600 \
        wasm-pack test --headless --chrome --chromedriver "$(command -v chromedriver)" --release -- --test web
}

bench() {
    build
    setup_browser
    setup_bench
    say "training steps, in turn"
    node www/bench/run.mjs "$@"
}

story() {
    setup_target
    setup_node
    cargo build --release --locked
    say "the pictures of the first page"
    node www/scripts/story.mjs target/release/mnemoscope "$@"
}

bench_recall() {
    build
    setup_browser
    setup_python
    # MNEMOSCOPE may name another build of the program.
    [ -n "${MNEMOSCOPE:-}" ] || cargo build --release --locked
    say "recalls, in turn"
    node www/bench/recall.mjs "$@"
}

bench_native() {
    setup_target
    setup_node
    setup_python
    # JAX comes into an environment of its own: only this needs it.
    if ! target/jax/bin/python3 -c 'import jax' 2>/dev/null; then
        say "installing JAX into target/jax"
        python3 -m venv target/jax
        target/jax/bin/python3 -m pip install --quiet --disable-pip-version-check 'jax==0.10.2'
    fi
    [ -n "${MNEMOSCOPE:-}" ] || cargo build --release --locked
    say "training steps natively, in turn"
    PYTHON=$PWD/target/jax/bin/python3 node www/bench/native.mjs "$@"
}

case "${1:-}" in
    setup) setup_build; setup_tests; say "all set up" ;;
    build) build ;;
    serve)
        build
        say "the lab is at http://127.0.0.1:${PORT:=8080} (Ctrl+C stops)"
        exec npx --prefix www vite preview www --host 127.0.0.1 --port "$PORT" --strictPort
        ;;
    test) tests ;;
    lint) lint ;;
    story) story "${@:2}" ;;
    bench) bench "${@:2}" ;;
    bench-recall) bench_recall "${@:2}" ;;
    bench-native) bench_native "${@:2}" ;;
    *) sed -n '2,12p' "$0" | sed 's/^# \{0,1\}//'; exit 2 ;;
esac

#!/usr/bin/env bash
# Gathers in target/gpu what a machine with a graphics card, but without Rust or a network, needs for run.sh: the program and two test
# programs, stripped, the Vulkan loader, and the scripts. docs/gpu.md explains it.
#
#   recipes/gpu/pack.sh
#
# MNEMOSCOPE names the program if it is compiled already.
set -euo pipefail
cd -P "$(dirname "$0")/../.."
die() { echo "pack.sh: $*" >&2; exit 1; }
# Bytes that are carried along in a minute or so.
MOST=60000000

program=${MNEMOSCOPE:-}
if [ -z "$program" ]; then
    cargo build --release --locked
    program=target/release/mnemoscope
fi
built=$(cargo test --locked --no-run --test kernels --test training --message-format=json)
rm -rf target/gpu
mkdir -p target/gpu
cp "$program" target/gpu/mnemoscope
for name in kernels training; do
    file=$(sed -n "s/.*\"executable\":\"\([^\"]*\/$name-[^\"]*\)\".*/\1/p" <<<"$built")
    [ -f "$file" ] || die "cargo test named no program for tests/$name.rs"
    cp "$file" "target/gpu/$name"
done
strip target/gpu/mnemoscope target/gpu/kernels target/gpu/training
for folder in /usr/lib/x86_64-linux-gnu /usr/lib/aarch64-linux-gnu /usr/lib64 /usr/lib; do
    [ -f target/gpu/libvulkan.so.1 ] || cp -L "$folder/libvulkan.so.1" target/gpu/ 2>/dev/null || true
done
[ -f target/gpu/libvulkan.so.1 ] || die "there is no libvulkan.so.1 here; install the Vulkan loader (Debian: libvulkan1)"
cp recipes/gpu/run.sh recipes/gpu/measure.py recipes/gpu/torch_step.py recipes/pytorch.py target/gpu/
bytes=$(cat target/gpu/* | wc -c)
# A program that is given may be one of a debug build.
[ -n "${MNEMOSCOPE:-}" ] || [ "$bytes" -le "$MOST" ] || die "target/gpu has $bytes bytes; $MOST are allowed"
echo "target/gpu: $((bytes / 1000000)) MB; take it to the other machine and start run.sh in it"

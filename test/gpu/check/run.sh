#!/bin/sh
# Unpacks the check beside itself into a folder of its own and runs it; what check.ts takes may follow. Installs nothing, fetches nothing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -xJf "$here/pack.tar.xz" -C "$work"

# Only the libraries that the system does not have.
for library in "$work"/libraries/*; do
  if ldconfig -p 2>/dev/null | grep -q "$(basename "$library") "; then rm -f "$library"; fi
done
export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$work/libraries"

# Where containers have NVIDIA's driver, its manifest is not where the loader looks for it.
nvidia=/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json
if [ -z "${VK_DRIVER_FILES:-}${VK_ICD_FILENAMES:-}" ] && [ -e "$nvidia" ]; then export VK_DRIVER_FILES="$nvidia"; fi

"$work/node" "$work/test/gpu/check/check.ts" --out "${OUT:-.}" "$@"

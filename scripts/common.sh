# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the scripts share; sourced, not run. Debian packages come from the host's own apt sources and nowhere else.
# shellcheck disable=SC2034 # read by the scripts that source this

top=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
export top
# Objects of one checkout serve another: paths below the checkout count as relative ones.
export CCACHE_BASEDIR=$top CCACHE_NOHASHDIR=1

# What it takes to build guardd and guardctl. The last line is for the BPF programs, without which a build does too.
build_packages=(
  cmake ninja-build g++ pkg-config
  nlohmann-json3-dev libboost1.81-dev libspdlog-dev libcli11-dev
  libmariadb-dev libmount-dev libblkid-dev libudev-dev libsystemd-dev libssl-dev libsqlite3-dev zlib1g-dev
  clang bpftool libbpf-dev
)
# To run a container of this host (scripts/lab).
lab_packages=(util-linux mount iproute2 hostname procps)
# MariaDB's server-core and client are programs alone: no service, no data directory. The unit tests of its role run them.
# To test: the second compiler for the fuzzers, the checkers, and what the end-to-end tests drive.
test_packages=(
  ccache catch2 curl clang-format clang-tidy libclang-rt-dev git
  openssh-client shellcheck python3 python3-pytest e2fsprogs btrfs-progs squashfs-tools fdisk gcc libc6-dev "${lab_packages[@]}"
  mariadb-server-core mariadb-client faketime spin ansible-core jq systemd dbus bash-completion zsh fish
)
# To make the packages, and to check them.
package_packages=(dpkg-dev file fakeroot rpm)
package_test_packages=("${package_packages[@]}" lintian rpmlint mandoc)
# What destroys disks, for the table of the seal: unpacked, as below.
disk_tool_packages=(xfsprogs gdisk parted cryptsetup-bin lvm2 mdadm)
# Of Prometheus only its tool for metrics and rules is wanted: unpacked, as below.
promtool_packages=(prometheus)
# To draw docs/figures, with the font that its text is measured in.
figure_packages=(graphviz fonts-dejavu-core)
# To measure: what guardd is compared with, the compiler of the BPF iterator, and what draws.
bench_packages=(
  clang bpftool libbpf-dev lsof psmisc findutils iproute2 python3 gnuplot-nox e2fsprogs systemd dbus
  mariadb-server-core mariadb-client
)
# Guards of other kinds. Installed they would guard this host; they are unpacked into a layer of the lab, as below.
bench_layer_packages=(molly-guard usbguard fapolicyd)
# Database servers for the lab. They are unpacked into a layer of its file system and never installed: installing one
# could start a service, and would leave a data directory on this host.
lab_server_packages=(mariadb-server-core mariadb-client-core)
lab_test_server_packages=("${lab_server_packages[@]}" mariadb-client postgresql-15 postgresql-client-15 redis-tools)

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'; else bold='' red='' green='' plain=''; fi
export bold red green plain

say() { printf '%s== %s%s\n' "$bold" "$*" "$plain"; }
die() { printf '%s%s: %s%s\n' "$red" "${0##*/}" "$*" "$plain" >&2; exit 1; }
need_root() { [[ $EUID -eq 0 ]] || die "needs root, for $1; run it again as root"; }

is_installed() { [[ $(dpkg-query --show --showformat '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

apt() {
  DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 -o APT::Color=0 -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

# apt, with fresh package lists when the ones at hand do not do.
apt_with_lists() {
  local log
  log=$(mktemp)
  if ! apt "$@" >"$log" 2>&1; then
    if ! { apt update && apt "$@"; } >"$log" 2>&1; then
      cat "$log" >&2
      rm -f "$log"
      die "apt-get $* failed"
    fi
  fi
  rm -f "$log"
}

# Installs those of the packages that are missing, and starts no service.
install_packages() {
  local missing=() package policy=/usr/sbin/policy-rc.d made=no
  for package in "$@"; do is_installed "$package" || missing+=("$package"); done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  need_root "installing the packages ${missing[*]}"
  say "installing ${missing[*]}"
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod 0755 $policy
    made=yes
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  apt_with_lists install --no-install-recommends "${missing[@]}"
  if [[ $made == yes ]]; then
    rm -f $policy
    trap - EXIT
  fi
}

# Unpacks those of the packages that are missing, with what they depend on, into the directory $1 (created if need be).
unpack_layer() {
  local layer=$1 missing=() package archive directory
  shift
  mkdir -p "$layer/usr"
  for package in "$@"; do
    is_installed "$package" || [[ -e $layer/.have/$package ]] || missing+=("$package")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  say "unpacking ${missing[*]} for the lab (not installed on this host)"
  archive=$layer.debs
  rm -rf "$archive"
  mkdir -p "$archive/partial"
  apt_with_lists install --download-only --no-install-recommends -o Dir::Cache::archives="$archive" -o APT::Sandbox::User=root "${missing[@]}"
  for package in "$archive"/*.deb; do
    dpkg-deb --extract "$package" "$layer"
    # A package that still ships /lib or /bin must not hide the host's links of that name.
    for directory in bin sbin lib lib32 lib64; do
      if [[ -d $layer/$directory && ! -L $layer/$directory ]]; then
        mkdir -p "$layer/usr/$directory"
        cp -a "$layer/$directory/." "$layer/usr/$directory/"
        rm -rf "${layer:?}/$directory"
      fi
    done
  done
  # Not needed to run, and large: every container gets a copy of the rest.
  rm -rf "$archive" "$layer"/usr/share/{doc,man,locale,lintian} "$layer"/usr/lib/llvm-* "$layer"/usr/lib/*/libLLVM* \
    "$layer"/usr/lib/postgresql/*/lib/bitcode
  mkdir -p "$layer/usr" "$layer/.have"
  for package in "${missing[@]}"; do : >"$layer/.have/$package"; done
}

# Sourced by the scripts beside it: finds a JDK and Maven, and builds a module if its build is older than the sources.
#
#   JAVA_HOME   a JDK 25 or newer; else one is looked for in the usual places

fail() {
  echo "postroad: $1" >&2
  exit 1
}

# Whether a directory holds a JDK of version 25 or newer.
fits() {
  local version
  [[ -x "$1/bin/java" && -x "$1/bin/javac" && -r "$1/release" ]] || return 1
  version="$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")"
  [[ -n "$version" && "$version" -ge 25 ]]
}

# The home of the java on the path, behind its symbolic links.
home_on_path() {
  local java link
  java="$(command -v java)" || return 1
  while [[ -L "$java" ]]; do
    link="$(readlink "$java")"
    [[ "$link" == /* ]] || link="$(dirname "$java")/$link"
    java="$link"
  done
  dirname "$(dirname "$java")"
}

jdk() {
  local home
  if [[ -n "${JAVA_HOME:-}" ]] && fits "$JAVA_HOME"; then
    echo "$JAVA_HOME"
    return
  fi
  if home="$(home_on_path)" && fits "$home"; then
    echo "$home"
    return
  fi
  for home in /usr/lib/jvm/* /opt/*jdk* /opt/java/* "$HOME"/.sdkman/candidates/java/*; do
    if fits "$home"; then
      echo "$home"
      return
    fi
  done
  if [[ -x /usr/libexec/java_home ]] && home="$(/usr/libexec/java_home -v 25+ 2>/dev/null)" && fits "$home"; then
    echo "$home"
    return
  fi
  fail "no JDK 25 or newer was found; install one (https://adoptium.net) and set JAVA_HOME to it"
}

maven() {
  if [[ -x "$root/mvnw" ]]; then
    echo "$root/mvnw"
  else
    command -v mvn || fail "Maven was not found; install it (https://maven.apache.org)"
  fi
}

# Whether a module is built from the sources as they are. Directories count too: their time tells of files that are gone.
is_built() {
  local module changed sources=(pom.xml worker/pom.xml contracts/examples)
  for module in contracts migrations worker/engine worker/embedded worker/runtime "$1"; do
    sources+=("$module/pom.xml" "$module/src/main")
  done
  [[ -e "$root/$1/target/built" ]] || return 1
  changed="$(cd "$root" && find "${sources[@]}" -newer "$1/target/built" -print | head -n 1)" || true
  [[ -z "$changed" ]]
}

# Builds a module with what it needs, unless it is built.
build() {
  local target="$root/$1/target" log="$root/$1/target/build.log" tool started
  is_built "$1" && return
  tool="$(maven)"
  mkdir -p "$target"
  if command -v flock >/dev/null; then
    exec 9>"$target/build.lock"
    flock 9
    # Another command may have built while this one waited.
    if is_built "$1"; then
      exec 9>&-
      return
    fi
  fi
  echo "Building Postroad (the first time takes a minute or more)…" >&2
  # What changes while the build runs is for the next one.
  started="$(mktemp "$target/started.XXXXXX")"
  if ! (cd "$root" && "$tool" -B -q -ntp -Dmaven.test.skip=true -Dspotless.check.skip=true \
      -Djavac.strictness=-Xdiags:compact -pl "$1" -am package) >"$log" 2>&1 </dev/null; then
    rm -f "$started"
    tail -n 40 "$log" >&2
    fail "the build failed; the whole log is in $log"
  fi
  mv "$started" "$target/built"
  exec 9>&-
}

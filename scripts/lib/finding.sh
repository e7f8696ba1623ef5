# Sourced by the scripts of findings: goes into a folder of its own, which is gone at the end, with a JDK first on the path.
#
#   libraries GROUP:ARTIFACT:VERSION...   puts these and what they need into lib
#   packages NAME@VERSION...              puts these of npm and what they need into node_modules

# shellcheck source=java.sh
source "$(dirname "${BASH_SOURCE[0]}")/java.sh"
JAVA_HOME="$(jdk)"
PATH="$JAVA_HOME/bin:$PATH"
export JAVA_HOME PATH
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"

libraries() {
  local library group artifact version
  {
    echo '<project xmlns="http://maven.apache.org/POM/4.0.0">'
    echo '<modelVersion>4.0.0</modelVersion><groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>'
    echo '<dependencies>'
    for library in "$@"; do
      IFS=: read -r group artifact version <<< "$library"
      echo "<dependency><groupId>$group</groupId><artifactId>$artifact</artifactId><version>$version</version></dependency>"
    done
    echo '</dependencies></project>'
  } > pom.xml
  mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy-dependencies -DoutputDirectory=lib
}

packages() {
  echo '{"private": true, "type": "module"}' > package.json
  npm install --loglevel=error --no-audit --no-fund --no-update-notifier --ignore-scripts --save-exact "$@" > /dev/null
}

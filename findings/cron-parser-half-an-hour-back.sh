#!/usr/bin/env bash
# cron-parser 5.10.6 and a zone whose summer time is half an hour (Australia/Lord_Howe).
#
# On 5 April 2026 at 02:00 the clocks there go back to 01:30, so that 02:00 is reached at 15:30 UTC, half an hour late.
# Asked on the day before, a schedule "0 2 * * *" fails with "Invalid expression, loop limit exceeded", and "0 * * * *"
# does within the hour before: whoever asks for the next time gets none until that night is over, though the expression
# is sound, works on each other day, and works in zones that move by a whole hour. croner 11.0.1 gives 15:30.
#
# Seen: that message for both, and the times of croner. Ends with 1 where that is so no longer.
set -euo pipefail
# shellcheck source=../scripts/lib/finding.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib/finding.sh"
packages cron-parser@5.10.6 croner@11.0.1
cat > finding.js <<'JAVASCRIPT'
import cronParser from "cron-parser";
import { Cron } from "croner";

function byCronParser(expression, from, zone) {
  try {
    const times = cronParser.CronExpressionParser.parse(expression, { currentDate: from, tz: zone });
    return times.next().toDate().toISOString();
  } catch (failure) {
    return failure.message;
  }
}

function byCroner(expression, from, zone) {
  return new Cron(expression, { timezone: zone, paused: true }).nextRun(new Date(from)).toISOString();
}

for (const [expression, from, zone] of [
  ["0 2 * * *", "2026-04-03T16:00:00Z", "Australia/Lord_Howe"],
  ["0 * * * *", "2026-04-04T14:00:00Z", "Australia/Lord_Howe"],
  ["0 2 * * *", "2026-04-06T16:00:00Z", "Australia/Lord_Howe"],
  ["0 2 * * *", "2026-04-03T16:00:00Z", "Australia/Sydney"],
]) {
  console.log(`${expression} in ${zone} after ${from}`);
  console.log(`  cron-parser: ${byCronParser(expression, from, zone)}`);
  console.log(`  croner:      ${byCroner(expression, from, zone)}`);
}
JAVASCRIPT
seen="$(node finding.js)"
echo "cron-parser 5.10.6, croner 11.0.1, Node.js $(node --version)"
echo "$seen"
[[ "$seen" == "0 2 * * * in Australia/Lord_Howe after 2026-04-03T16:00:00Z
  cron-parser: Invalid expression, loop limit exceeded
  croner:      2026-04-04T15:30:00.000Z
0 * * * * in Australia/Lord_Howe after 2026-04-04T14:00:00Z
  cron-parser: Invalid expression, loop limit exceeded
  croner:      2026-04-04T15:30:00.000Z
0 2 * * * in Australia/Lord_Howe after 2026-04-06T16:00:00Z
  cron-parser: 2026-04-07T15:30:00.000Z
  croner:      2026-04-07T15:30:00.000Z
0 2 * * * in Australia/Sydney after 2026-04-03T16:00:00Z
  cron-parser: 2026-04-04T15:00:00.000Z
  croner:      2026-04-04T15:00:00.000Z" ]]

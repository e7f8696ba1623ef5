/**
 * One command for many runs: how fast it is sent, who has answered, and how that is shown. Runs and their answers come in;
 * commands and counts go out. It knows neither Kafka nor Postgres, and takes the time that it is given.
 */
@NullMarked
package dev.postroad.cli.bulk;

import org.jspecify.annotations.NullMarked;

/* A disk that takes its time: preloaded into a PostgreSQL server, every flush of its log lasts
   FLUSH_US microseconds and touches nothing. Checkpoints (fsync) are free. Queueing in the device
   is not modelled. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <time.h>

int fdatasync(int file) {
    const char *text = getenv("FLUSH_US");
    const long us = text ? atol(text) : 0;
    const struct timespec wait = {us / 1000000, us % 1000000 * 1000};
    (void)file;
    if (us > 0) clock_nanosleep(CLOCK_MONOTONIC, 0, &wait, NULL);
    return 0;
}

int fsync(int file) {
    (void)file;
    return 0;
}

/* What systemd wants to hear of a service: sd_notify(3), without its library. */
#ifndef BASE_NOTIFY_H
#define BASE_NOTIFY_H

#include <stdint.h>

/* "READY=1", if systemd listens; never waits. */
void notify_systemd(const char *state);
/* Milliseconds after which a process that has not said WATCHDOG=1 is taken
 * for dead; 0: nobody watches. */
int64_t notify_watchdog_ms(void);

#endif
